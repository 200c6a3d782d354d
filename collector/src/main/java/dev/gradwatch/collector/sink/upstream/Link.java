package dev.gradwatch.collector.sink.upstream;

import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.wire.FrameBuffer;
import dev.gradwatch.wire.Message;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One speaker's connection to the other collector, made again whenever it is lost, until all is said.
 *
 * <pre>
 *   WAITING ──connect──▶ GREETING ──Welcome──▶ LIVE ──all said──▶ PARTING ──closed──▶ DONE
 *      ▲────────────lost, refused──┴─────────────┘
 * </pre>
 *
 * <p>{@link #offer} may be called from any thread and never blocks; all else happens on the event loop.
 */
final class Link {
    private static final Logger logger = LoggerFactory.getLogger(Link.class);

    /** Bytes handed to the connection at once. */
    private static final int CHUNK_BYTES = 64 << 10;

    private enum State {
        WAITING,
        GREETING,
        LIVE,
        PARTING,
        DONE
    }

    private final Wires wires;
    private final String job;
    private final Speech speech;
    private final Outbox outbox;
    private final Backoff backoff;
    private final Runnable whenDone;
    private final AtomicBoolean pumping = new AtomicBoolean();
    private final FrameBuffer frames = new FrameBuffer();
    private State state = State.WAITING;
    private @Nullable Channel channel;
    /** A picture was asked for, or is being sent. */
    private boolean askedPicture;

    private boolean showing;
    /** What waits is being said: a write may call back. */
    private boolean saying;

    private boolean closing;
    private boolean refused;
    private boolean lingering;
    private @Nullable Throwable cause;
    /** Tells the timers of one connection from those of the next. */
    private int connection;

    /** @param whenDone is run once, on the event loop, when nothing will be said here any more */
    Link(Wires wires, String job, Speech speech, Outbox outbox, Runnable whenDone) {
        this.wires = wires;
        this.job = job;
        this.speech = speech;
        this.outbox = outbox;
        this.whenDone = whenDone;
        this.backoff = wires.backoff();
    }

    String job() {
        return job;
    }

    Speech speech() {
        return speech;
    }

    /** False where all was said before, and another link must speak. */
    boolean offer(Observation observation) {
        if (!outbox.offer(observation)) {
            return false;
        }
        if (pumping.compareAndSet(false, true)) {
            wires.loop().execute(() -> {
                pumping.set(false);
                pump();
            });
        }
        return true;
    }

    /** Connects; called once. */
    void start() {
        connect();
    }

    private void connect() {
        if (state != State.WAITING) {
            return;
        }
        state = State.GREETING;
        refused = false;
        cause = null;
        int mine = ++connection;
        ChannelFuture made = wires.connect(this);
        made.addListener(result -> {
            if (!result.isSuccess() && mine == connection) {
                lost(result.cause());
            }
        });
        made.channel().closeFuture().addListener(closed -> {
            if (mine == connection) {
                lost(cause);
            }
        });
    }

    /** The connection stands. Nothing but Hello is said before the answer: a collector that refuses closes on all else, and its reason is lost. */
    void connected(Channel made) {
        // A port that nobody listens on may be the very one that this end was given: then it meets itself.
        if (state != State.GREETING || made.localAddress().equals(made.remoteAddress())) {
            close(made);
            return;
        }
        channel = made;
        int mine = connection;
        later(wires.timings().answer(), () -> {
            if (mine == connection && state == State.GREETING) {
                close(made);
            }
        });
        frames.clear();
        write(speech.hello());
        flush();
    }

    void welcomed() {
        if (state != State.GREETING) {
            return;
        }
        state = State.LIVE;
        backoff.reset();
        wires.notices().welcomed();
        Message stillHere = speech.stillHere();
        if (stillHere != null) {
            keepOpen(stillHere, connection);
        }
        pump();
    }

    private void keepOpen(Message stillHere, int mine) {
        later(wires.timings().stillHere(), () -> {
            if (mine == connection && state == State.LIVE) {
                write(stillHere);
                flush();
                keepOpen(stillHere, mine);
            }
        });
    }

    void refused(String reason) {
        refused = true;
        wires.notices().refused(reason);
    }

    void failed(Throwable problem) {
        cause = problem;
    }

    /** Says what waits, as far as the connection takes it. */
    void pump() {
        Channel to = channel;
        if (state != State.LIVE || to == null || showing || saying) {
            return;
        }
        saying = true;
        while (to.isWritable()) {
            Observation next = outbox.poll();
            if (next == null) {
                break;
            }
            say(next);
            if (frames.size() >= CHUNK_BYTES) {
                flush();
            }
        }
        settle();
        saying = false;
        if (outbox.needsPicture() && !askedPicture) {
            askedPicture = true;
            wires.pictures().ask(this);
        }
        if (outbox.isEmpty()) {
            partWhereOver();
        } else if (to.isWritable() && !outbox.needsPicture()) {
            // It took more while a write was calling back.
            wires.loop().execute(this::pump);
        }
    }

    /** From now on all is kept for after the picture. */
    void keep() {
        outbox.keep();
    }

    /** The picture, to be said now. */
    void show(List<Observation> picture) {
        askedPicture = false;
        Channel to = channel;
        if (state != State.LIVE || to == null) {
            outbox.drop();
            wires.pictures().done();
            return;
        }
        List<Observation> ours = speech.ofPicture(picture);
        if (ours == null) {
            wires.pictures().done();
            part(null);
            return;
        }
        showing = true;
        for (Observation observation : ours) {
            say(observation);
            if (frames.size() >= CHUNK_BYTES) {
                flush();
            }
        }
        settle();
        int mine = connection;
        // An empty write ends after all before it did.
        ChannelFuture unused = to.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(sent -> {
            wires.pictures().done();
            if (mine == connection) {
                showing = false;
                pump();
            }
        });
    }

    private void say(Observation observation) {
        try {
            speech.say(observation, frames);
        } catch (IllegalArgumentException e) {
            // Past a limit of the protocol, as nothing that came by it can be.
            logger.debug("{} cannot be said: {}", observation.getClass().getSimpleName(), e.getMessage());
        }
    }

    private void settle() {
        speech.settle(frames);
        flush();
    }

    private void partWhereOver() {
        if (!speech.isOver()) {
            if (closing) {
                part(null);
            }
        } else if (closing || !speech.lingers()) {
            part(speech.goodbye());
        } else if (!lingering) {
            lingering = true;
            int mine = connection;
            later(wires.timings().linger(), () -> {
                lingering = false;
                if (mine == connection && state == State.LIVE && outbox.isEmpty() && speech.isOver()) {
                    part(speech.goodbye());
                }
            });
        }
    }

    /** Says the last word, if there is one, and waits for the other end to close: then all has arrived. */
    private void part(@Nullable Message goodbye) {
        Channel to = channel;
        state = State.PARTING;
        outbox.close();
        if (to == null) {
            done();
            return;
        }
        if (goodbye != null) {
            write(goodbye);
            flush();
            int mine = connection;
            later(wires.timings().answer(), () -> {
                if (mine == connection) {
                    close(to);
                }
            });
        } else {
            ChannelFuture unused = to.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(sent -> close(to));
        }
    }

    private static void close(Channel channel) {
        ChannelFuture unused = channel.close();
    }

    private void write(Message message) {
        frames.add(message);
    }

    private void flush() {
        Channel to = channel;
        byte[] bytes = frames.toByteArray();
        // Before the write, which may call back that the connection takes more, or no more.
        frames.clear();
        if (to != null && bytes.length > 0) {
            ChannelFuture unused = to.writeAndFlush(Unpooled.wrappedBuffer(bytes));
        }
    }

    private void lost(@Nullable Throwable why) {
        channel = null;
        connection++;
        showing = false;
        frames.clear();
        if (askedPicture) {
            askedPicture = false;
            wires.pictures().withdraw(this);
        }
        if (state == State.DONE) {
            return;
        }
        if (state == State.PARTING && (why == null || closing)) {
            done();
            return;
        }
        if (!refused && state == State.GREETING) {
            wires.notices().unreachable(why);
        }
        state = State.WAITING;
        outbox.drop();
        if (closing && !speech.lingers()) {
            done();
            return;
        }
        later(refused ? wires.timings().refused() : Duration.ofMillis(backoff.nextMillis()), this::connect);
    }

    private void later(Duration delay, Runnable task) {
        ScheduledFuture<?> unused = wires.loop().schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** No more will be offered: says what waits, if there is a connection, and parts. */
    void close() {
        closing = true;
        if (state == State.WAITING && !speech.lingers()) {
            done();
        } else {
            pump();
        }
    }

    /** Lets go at once. */
    void abandon() {
        Channel to = channel;
        done();
        if (to != null) {
            close(to);
        }
    }

    /** Whether a connection stands or is being made. */
    boolean isConnecting() {
        return state != State.WAITING && state != State.DONE;
    }

    boolean isDone() {
        return state == State.DONE;
    }

    private void done() {
        if (state != State.DONE) {
            state = State.DONE;
            if (askedPicture) {
                askedPicture = false;
                wires.pictures().withdraw(this);
            }
            outbox.close();
            whenDone.run();
        }
    }
}
