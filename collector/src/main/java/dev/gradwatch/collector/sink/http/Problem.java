package dev.gradwatch.collector.sink.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An answer that is not what was asked for, as RFC 9457 writes it. Thrown where it is found; its detail is for the client, without
 * internals.
 */
final class Problem extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final int SHOWN_CHARS = 100;

    private final Refusal refusal;
    private final @Nullable String expected;
    private final transient Map<String, String> headers = new HashMap<>();

    private Problem(Refusal refusal, String detail, @Nullable String expected) {
        // Refusals are common and cheap to make; where they were thrown from tells nobody anything.
        super(detail, null, false, false);
        this.refusal = refusal;
        this.expected = expected;
    }

    static Problem of(Refusal refusal, String detail) {
        return new Problem(refusal, detail, null);
    }

    /** {@code name: VALUE (expected: WHAT)}. */
    static Problem of(Refusal refusal, String name, String value, String expected) {
        return new Problem(refusal, name + ": " + shown(value) + " (expected: " + expected + ")", expected);
    }

    static Problem invalid(String name, String value, String expected) {
        return of(Refusal.INVALID, name, value, expected);
    }

    static Problem notFound(String name, String value) {
        return of(Refusal.NOT_FOUND, name + ": " + shown(value) + " is not known");
    }

    Problem header(String name, String value) {
        headers.put(name, value);
        return this;
    }

    Refusal refusal() {
        return refusal;
    }

    Answer answer() {
        ObjectNode body = Json.object()
                .put("type", "about:blank")
                .put("title", refusal.title())
                .put("status", refusal.status())
                .put("detail", getMessage());
        if (expected != null) {
            body.put("expected", expected);
        }
        return new Answer(refusal.status(), "application/problem+json", Json.bytes(body), Map.copyOf(headers));
    }

    private static String shown(String value) {
        return value.length() <= SHOWN_CHARS ? value : value.substring(0, SHOWN_CHARS) + "…";
    }
}
