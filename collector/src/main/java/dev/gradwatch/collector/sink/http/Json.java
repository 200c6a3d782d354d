package dev.gradwatch.collector.sink.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** How values stand in the API's JSON: names in snake case, times as ISO 8601 in UTC, what is not known as null. */
final class Json {
    static final ObjectMapper MAPPER = new ObjectMapper();

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    static <T> ArrayNode array(List<T> values, Function<T, ? extends JsonNode> json) {
        ArrayNode array = MAPPER.createArrayNode();
        values.forEach(value -> array.add(json.apply(value)));
        return array;
    }

    static ArrayNode strings(List<String> values) {
        return array(values, TextNode::valueOf);
    }

    static byte[] bytes(JsonNode json) {
        try {
            return MAPPER.writeValueAsBytes(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain nodes can always be written", e);
        }
    }

    /** In one line. */
    static String text(JsonNode json) {
        return json.toString();
    }

    /** Null for null and for 0, which stands for unknown. */
    static @Nullable String iso(@Nullable Long micros) {
        return micros == null || micros == 0
                ? null
                : Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString();
    }

    /** Unix time, as the directory has it. */
    static long micros(Instant time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, time);
    }

    /** JSON has no number for what is not finite; the wire protocol's word stands there. */
    static JsonNode number(double value) {
        return Double.isFinite(value) ? DoubleNode.valueOf(value) : TextNode.valueOf(Double.toString(value));
    }

    /** A norm; -1 stands for none. */
    static JsonNode norm(float value) {
        if (value == -1) {
            return NullNode.getInstance();
        }
        return Float.isFinite(value)
                ? MAPPER.getNodeFactory().numberNode(value)
                : TextNode.valueOf(Float.toString(value));
    }

    private Json() {}
}
