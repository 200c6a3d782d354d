package dev.gradwatch.collector.sink.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/** What is sent for a request. Whoever makes one leaves its body as it is. */
record Answer(int status, String contentType, byte[] body, Map<String, String> headers) {
    static final String JSON = "application/json";

    static Answer ok(JsonNode json) {
        return new Answer(200, JSON, Json.bytes(json), Map.of());
    }

    static Answer ok(String contentType, byte[] body) {
        return new Answer(200, contentType, body, Map.of());
    }

    static Answer created(JsonNode json) {
        return new Answer(201, JSON, Json.bytes(json), Map.of());
    }

    Answer header(String name, String value) {
        return new Answer(status, contentType, body, Map.of(name, value));
    }
}
