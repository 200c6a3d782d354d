package dev.gradwatch.collector.sink.http.stream;

import dev.gradwatch.collector.model.Language;
import io.vertx.core.buffer.Buffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One event, for all clients: its bytes are made once a language, by the first that sends it, since the thread that made the event must not be held
 * up. Thread-safe.
 */
public final class Frame {
    private final String event;
    private final long micros;
    private final @Nullable String subject;
    private final Function<Language, String> data;
    private final Map<Language, Buffer> bytes = new EnumMap<>(Language.class);

    private Frame(String event, long micros, @Nullable String subject, Function<Language, String> data) {
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
    public static Frame lasting(String event, long micros, Function<Language, String> data) {
        return new Frame(event, micros, null, data);
    }

    /**
     * One that a later one of the same subject makes needless.
     *
     * @param data JSON in one line
     */
    public static Frame latest(String event, String subject, Function<Language, String> data) {
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
    synchronized Buffer bytes(Language language) {
        return bytes.computeIfAbsent(
                language, asked -> Buffer.buffer("event: " + event + "\ndata: " + data.apply(asked) + "\n\n"));
    }
}
