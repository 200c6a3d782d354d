package dev.gradwatch.collector.sink.http;

import dev.gradwatch.collector.words.Phrases;
import java.net.InetAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request as an endpoint sees it: past the gate, its body read. Values are decoded.
 *
 * @param path by the names of the endpoint's template
 * @param query the first value of each name
 * @param session the cookie's session; null where there is none
 * @param accept the Accept header; null where there is none
 */
record Call(
        Map<String, String> path,
        Query query,
        Fields body,
        InetAddress client,
        boolean trusted,
        @Nullable String session,
        @Nullable String accept) {
    /** In the reader's language, as the query asks. */
    Phrases phrases() {
        return Phrases.in(query.language());
    }

    String path(String name) {
        String value = path.get(name);
        if (value == null) {
            throw new IllegalArgumentException(name + ": not in the path (expected: one of " + path.keySet() + ")");
        }
        return value;
    }
}
