package dev.gradwatch.collector.sink.http;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A body's JSON object, with each value checked as it is read. Each method throws a {@link Problem} that says what was expected. */
record Fields(ObjectNode json) {
    static final Fields NONE = new Fields(Json.object());
    private static final ObjectReader READER =
            Json.MAPPER.readerFor(JsonNode.class).with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    static Fields parse(byte[] body) {
        if (body.length == 0) {
            return NONE;
        }
        try {
            if (READER.readTree(body) instanceof ObjectNode object) {
                return new Fields(object);
            }
        } catch (IOException e) {
            // The parser's words quote the body, which may hold a token.
        }
        throw Problem.of(Refusal.MALFORMED, "body: not a JSON object (expected: a JSON object)");
    }

    /** A misspelt name must not be taken for one that was left out. */
    void only(String... names) {
        Set<String> known = Set.of(names);
        for (Iterator<String> given = json.fieldNames(); given.hasNext(); ) {
            String name = given.next();
            if (!known.contains(name)) {
                throw Problem.invalid("field", name, String.join(", ", names));
            }
        }
    }

    /** Empty where there is none. */
    String text(String name, int maxChars) {
        JsonNode value = json.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return "";
        }
        if (!value.isTextual() || value.textValue().length() > maxChars) {
            throw Problem.invalid(name, kind(value), "a string of at most " + maxChars + " characters");
        }
        return value.textValue();
    }

    @Nullable
    String textOrNull(String name, int maxChars) {
        String text = text(name, maxChars);
        return text.isEmpty() ? null : text;
    }

    /** Null where there are none. */
    @Nullable
    List<String> words(String name, Set<String> allowed) {
        JsonNode value = json.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        String expected =
                "a list of " + String.join(", ", allowed.stream().sorted().toList());
        if (!value.isArray()) {
            throw Problem.invalid(name, kind(value), expected);
        }
        List<String> words = new ArrayList<>();
        for (JsonNode word : value) {
            if (!word.isTextual() || !allowed.contains(word.textValue())) {
                throw Problem.invalid(name, word.isTextual() ? word.textValue() : kind(word), expected);
            }
            words.add(word.textValue());
        }
        return words;
    }

    private static String kind(JsonNode value) {
        return value.isTextual()
                ? "a string of " + value.textValue().length() + " characters"
                : value.getNodeType().name().toLowerCase(Locale.ROOT);
    }
}
