package dev.gradwatch.collector.sink.http.stream;

import dev.gradwatch.collector.model.Language;
import dev.gradwatch.collector.sink.http.guard.ConnectionGuard;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client that listens. {@link #offer} and {@link #end} are for any thread, all else stays on the connection's event loop, and no
 * thread ever waits for the client.
 *
 * <p>One that resumes is sent what it missed, a page at a time; what happens meanwhile waits in its queue, and of that what the pages
 * held is left out.
 */
final class Stream {
    private static final Logger log = LoggerFactory.getLogger(Stream.class);

    private static final int PAGE = 500;
    private static final long NO_TIMER = -1;

    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Context context;
    private final Vertx vertx;
    private final Language language;
    private final StreamLimits limits;
    private final BooleanSupplier stillAllowed;
    private final Streams streams;
    private final FrameQueue queue;
    private final AtomicBoolean woken = new AtomicBoolean();
    private final AtomicBoolean full = new AtomicBoolean();

    private final Queue<Frame> missed = new ArrayDeque<>();
    private boolean started;
    private boolean catchingUp;
    private boolean fetching;
    private boolean ended;
    private long lastMicros;
    private long caughtUpMicros = Long.MIN_VALUE;
    private long stallTimer = NO_TIMER;
    private long heartbeatTimer = NO_TIMER;

    Stream(
            HttpServerRequest request,
            Context context,
            Language language,
            StreamLimits limits,
            BooleanSupplier stillAllowed,
            Streams streams) {
        this.request = request;
        this.response = request.response();
        this.context = context;
        this.vertx = context.owner();
        this.language = language;
        this.limits = limits;
        this.stillAllowed = stillAllowed;
        this.streams = streams;
        this.queue = new FrameQueue(limits.queue());
    }

    void start(long fromMicros, boolean resume) {
        lastMicros = fromMicros;
        catchingUp = resume;
        started = true;
        response.exceptionHandler(failure -> release());
        response.closeHandler(closed -> release());
        response.setChunked(true).putHeader("Content-Type", "text/event-stream").putHeader("X-Accel-Buffering", "no");
        // The id without data makes no event, and gives a client a place to resume from before it has seen one.
        write(Buffer.buffer(": hello\nretry: 2000\nid: " + fromMicros + "\n\n"));
        heartbeatTimer = vertx.setPeriodic(limits.heartbeat().toMillis(), timer -> heartbeat());
        pump();
    }

    /** Never blocks. A client whose queue is full is cut off: it resumes where it was, and loses nothing. */
    void offer(Frame frame) {
        if (!queue.offer(frame)) {
            if (full.compareAndSet(false, true)) {
                context.runOnContext(now -> cutOff("has " + limits.queue() + " events waiting"));
            }
        } else if (woken.compareAndSet(false, true)) {
            context.runOnContext(awake -> {
                woken.set(false);
                pump();
            });
        }
    }

    void end() {
        context.runOnContext(now -> endNow());
    }

    private void pump() {
        while (started && !ended) {
            if (response.writeQueueFull()) {
                awaitDrain();
                return;
            }
            Frame frame = next();
            if (frame == null) {
                return;
            }
            send(frame);
        }
    }

    /** What was missed, and then what waits; of that, what was sent as missed is left out. */
    private @Nullable Frame next() {
        Frame frame = missed.poll();
        if (frame != null) {
            return frame;
        }
        if (catchingUp) {
            fetch();
            return null;
        }
        do {
            frame = queue.poll();
        } while (frame != null && frame.lasts() && frame.micros() <= caughtUpMicros);
        return frame;
    }

    private void send(Frame frame) {
        if (frame.lasts()) {
            lastMicros = Math.max(lastMicros, frame.micros());
        }
        write(Buffer.buffer("id: " + lastMicros + "\n").appendBuffer(frame.bytes(language)));
    }

    private void fetch() {
        if (fetching) {
            return;
        }
        fetching = true;
        long afterMicros = lastMicros;
        try {
            streams.workers().execute(() -> {
                try {
                    List<Frame> page = streams.backlog().after(afterMicros, PAGE);
                    context.runOnContext(read -> fetched(page));
                } catch (RuntimeException e) {
                    giveUp(e);
                }
            });
        } catch (RejectedExecutionException e) {
            giveUp(e);
        }
    }

    /** The client asks again after its retry time; to go on without what it missed would lose that. */
    private void giveUp(RuntimeException reason) {
        log.debug("Stream ends: what its client missed cannot be read now: {}", reason.toString());
        end();
    }

    private void fetched(List<Frame> page) {
        fetching = false;
        missed.addAll(page);
        if (page.size() < PAGE) {
            catchingUp = false;
            caughtUpMicros =
                    page.isEmpty() ? lastMicros : page.get(page.size() - 1).micros();
        }
        pump();
    }

    private void awaitDrain() {
        if (stallTimer == NO_TIMER) {
            stallTimer =
                    vertx.setTimer(limits.stall().toMillis(), late -> cutOff("did not read for " + limits.stall()));
            response.drainHandler(drained -> {
                cancel(stallTimer);
                stallTimer = NO_TIMER;
                pump();
            });
        }
    }

    private void heartbeat() {
        if (!stillAllowed.getAsBoolean()) {
            endNow();
        } else if (!response.writeQueueFull()) {
            write(Buffer.buffer(":\n\n"));
        }
    }

    private void write(Buffer bytes) {
        response.write(bytes).onFailure(failure -> release());
    }

    private void cutOff(String why) {
        if (!ended) {
            log.debug("Stream ends: its client {}", why);
            streams.countCut();
            release();
            ConnectionGuard.cut(request.connection());
        }
    }

    private void endNow() {
        if (!ended) {
            release();
            response.end();
        }
    }

    private void release() {
        if (!ended) {
            ended = true;
            cancel(stallTimer);
            cancel(heartbeatTimer);
            streams.ended(this);
        }
    }

    private void cancel(long timer) {
        if (timer != NO_TIMER) {
            vertx.cancelTimer(timer);
        }
    }
}
