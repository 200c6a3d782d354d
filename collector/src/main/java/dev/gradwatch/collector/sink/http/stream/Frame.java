package dev.gradwatch.collector.sink.http.stream;

import io.vertx.core.buffer.Buffer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One event, for all clients: its bytes are made once, by the first that sends it, since the thread that made the event must not be held
 * up. Thread-safe.
 */
public final class Frame {
    private final String event;
    private final long micros;
    private final @Nullable String subject;
    private final Supplier<String> data;
    private @Nullable Buffer bytes;

    private Frame(String event, long micros, @Nullable String subject, Supplier<String> data) {
        this.event = event;
        this.micros = micros;
        this.subject = subject;
        this.data = data;
    }

    /**
     * One that no client may miss.
     *
     * @param micros its place in the history, by which a client resumes
     * @param data JSON in one line
     */
    public static Frame lasting(String event, long micros, Supplier<String> data) {
        return new Frame(event, micros, null, data);
    }

    /**
     * One that a later one of the same subject makes needless.
     *
     * @param data JSON in one line
     */
    public static Frame latest(String event, String subject, Supplier<String> data) {
        return new Frame(event, 0, subject, data);
    }

    boolean lasts() {
        return subject == null;
    }

    long micros() {
        return micros;
    }

    /** Null where it lasts. */
    @Nullable
    String subject() {
        return subject;
    }

    /** Without its id. */
    synchronized Buffer bytes() {
        Buffer made = bytes;
        if (made == null) {
            made = Buffer.buffer("event: " + event + "\ndata: " + data.get() + "\n\n");
            bytes = made;
        }
        return made;
    }
}
