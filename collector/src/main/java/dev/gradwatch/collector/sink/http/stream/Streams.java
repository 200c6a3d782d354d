package dev.gradwatch.collector.sink.http.stream;

import dev.gradwatch.collector.model.Language;
import io.vertx.core.Context;
import io.vertx.core.http.HttpServerRequest;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * All clients that listen. Thread-safe. {@link #publish} costs the publisher one short lock and a wake-up for each client that slept; it
 * never waits for a client. Closed by whoever opened it.
 */
public final class Streams implements AutoCloseable {
    private final Set<Stream> streams = new LinkedHashSet<>();
    private final StreamLimits limits;
    private final Backlog backlog;
    private final Executor workers;
    private final AtomicLong cut = new AtomicLong();
    private long latestMicros;
    private boolean closed;

    /**
     * @param startMicros Unix time; what a client resumes from that came before there was any event
     * @param workers runs what blocks; may reject it
     */
    public Streams(StreamLimits limits, Backlog backlog, Executor workers, long startMicros) {
        this.limits = limits;
        this.backlog = backlog;
        this.workers = workers;
        this.latestMicros = startMicros;
    }

    /** Hands a frame to every client. Lasting frames come in the order of their micros. */
    public synchronized void publish(Frame frame) {
        if (frame.lasts()) {
            latestMicros = Math.max(latestMicros, frame.micros());
        }
        for (Stream stream : streams) {
            stream.offer(frame);
        }
    }

    /**
     * Makes a request's response a stream; called on its event loop.
     *
     * @param language that the events are told in
     * @param resumeMicros the last lasting frame that the client has; null where it begins now
     * @param stillAllowed asked with each heartbeat; the stream ends where it says no
     * @return false where there are too many, or no more
     */
    public boolean open(
            HttpServerRequest request,
            Context context,
            Language language,
            @Nullable Long resumeMicros,
            BooleanSupplier stillAllowed) {
        Stream stream = new Stream(request, context, language, limits, stillAllowed, this);
        long fromMicros;
        synchronized (this) {
            if (closed || streams.size() >= limits.streams()) {
                return false;
            }
            streams.add(stream);
            // Taken with the lock that publishing takes: what is later reaches the stream, what is earlier is in the
            // backlog. A moment that has
            // not been yet would silence the stream until then.
            fromMicros = resumeMicros == null ? latestMicros : Math.min(resumeMicros, latestMicros);
        }
        stream.start(fromMicros, resumeMicros != null);
        return true;
    }

    Backlog backlog() {
        return backlog;
    }

    Executor workers() {
        return workers;
    }

    synchronized void ended(Stream stream) {
        streams.remove(stream);
    }

    void countCut() {
        cut.incrementAndGet();
    }

    public synchronized int open() {
        return streams.size();
    }

    /** Streams that were ended because their client did not read. */
    public long cut() {
        return cut.get();
    }

    /** Ends every stream; clients see the end of a response, not a broken one. Does not wait for them. */
    @Override
    public void close() {
        List<Stream> open;
        synchronized (this) {
            closed = true;
            open = List.copyOf(streams);
        }
        open.forEach(Stream::end);
    }
}
