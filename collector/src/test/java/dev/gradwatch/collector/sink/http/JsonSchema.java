package dev.gradwatch.collector.sink.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Validates JSON by the part of JSON Schema that our document uses; a keyword that it does not know is an error, not a pass. */
final class JsonSchema {
    private static final Set<String> KNOWN = Set.of(
            "$ref",
            "type",
            "properties",
            "required",
            "additionalProperties",
            "items",
            "enum",
            "anyOf",
            "format",
            "pattern",
            "minimum",
            "maximum",
            "maxLength",
            "description",
            "default");

    private final JsonNode document;

    JsonSchema(JsonNode document) {
        this.document = document;
    }

    /** What is wrong, each with its place; empty where the value fits. */
    List<String> errors(JsonNode schema, JsonNode value) {
        List<String> errors = new ArrayList<>();
        check(schema, value, "$", errors);
        return errors;
    }

    private void check(JsonNode schema, JsonNode value, String at, List<String> errors) {
        for (Iterator<String> words = schema.fieldNames(); words.hasNext(); ) {
            String word = words.next();
            if (!KNOWN.contains(word)) {
                errors.add(at + ": keyword " + word + " is not known to the test");
            }
        }
        if (schema.has("$ref")) {
            JsonNode referred = document.at(schema.path("$ref").asText().substring(1));
            if (referred.isMissingNode()) {
                errors.add(at + ": " + schema.path("$ref") + " leads nowhere");
            }
            check(referred, value, at, errors);
        }
        if (schema.has("type") && !hasType(schema.path("type"), value)) {
            errors.add(at + ": " + value + " (expected: " + schema.path("type") + ")");
        }
        if (schema.has("enum") && !contains(schema.path("enum"), value)) {
            errors.add(at + ": " + value + " (expected: one of " + schema.path("enum") + ")");
        }
        if (schema.has("anyOf")) {
            boolean fits = false;
            for (JsonNode option : schema.path("anyOf")) {
                fits |= errors(option, value).isEmpty();
            }
            if (!fits) {
                errors.add(at + ": " + value + " fits none of " + schema.path("anyOf"));
            }
        }
        text(schema, value, at, errors);
        if (schema.has("minimum")
                && value.isNumber()
                && value.asDouble() < schema.path("minimum").asDouble()) {
            errors.add(at + ": " + value + " (expected: at least " + schema.path("minimum") + ")");
        }
        if (value.isArray() && schema.has("items")) {
            for (int i = 0; i < value.size(); i++) {
                check(schema.path("items"), value.get(i), at + "[" + i + "]", errors);
            }
        }
        if (value.isObject()) {
            object(schema, value, at, errors);
        }
    }

    private static void text(JsonNode schema, JsonNode value, String at, List<String> errors) {
        if (!value.isTextual()) {
            return;
        }
        if (schema.has("pattern")
                && !value.asText().matches(schema.path("pattern").asText())) {
            errors.add(at + ": " + value + " (expected: " + schema.path("pattern") + ")");
        }
        if (schema.path("format").asText().equals("date-time")) {
            try {
                Instant.parse(value.asText());
            } catch (DateTimeParseException e) {
                errors.add(at + ": " + value + " (expected: a time)");
            }
        }
    }

    private void object(JsonNode schema, JsonNode value, String at, List<String> errors) {
        for (JsonNode name : schema.path("required")) {
            if (!value.has(name.asText())) {
                errors.add(at + ": " + name + " is missing");
            }
        }
        for (Map.Entry<String, JsonNode> field : value.properties()) {
            JsonNode property = schema.path("properties").path(field.getKey());
            if (!property.isMissingNode()) {
                check(property, field.getValue(), at + "." + field.getKey(), errors);
            } else if (schema.has("properties")
                    && !schema.path("additionalProperties").asBoolean(true)) {
                errors.add(at + ": " + field.getKey() + " is not in the document");
            }
        }
    }

    private static boolean hasType(JsonNode type, JsonNode value) {
        if (type.isArray()) {
            for (JsonNode one : type) {
                if (hasType(one, value)) {
                    return true;
                }
            }
            return false;
        }
        return switch (type.asText()) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            default -> false;
        };
    }

    private static boolean contains(JsonNode values, JsonNode value) {
        for (JsonNode one : values) {
            if (one.equals(value)) {
                return true;
            }
        }
        return false;
    }
}
