package dev.gradwatch.collector.sink.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A request to a channel's server. Holds secrets: it is for sending, never for showing. */
record Call(String method, URI url, Map<String, String> headers, byte[] body) {
    static Call post(URI url, JsonNode body) {
        return new Call("POST", url, Map.of(), body.toString().getBytes(StandardCharsets.UTF_8));
    }

    Call with(String otherMethod, URI otherUrl) {
        return new Call(otherMethod, otherUrl, headers, body);
    }

    /** The URL with one more parameter in its query, whose name and value need no encoding. */
    static URI withQuery(URI url, String parameter) {
        String text = url.toString();
        return URI.create(text + (url.getRawQuery() == null ? "?" : text.endsWith("?") ? "" : "&") + parameter);
    }

    @Override
    public String toString() {
        return method + " " + Masking.url(url) + ", " + body.length + " bytes";
    }
}
