package dev.gradwatch.wire;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes a message's fields, of whatever shape, within the limits: what is past them is left out. */
final class FieldValues {
    private final Json json;
    private int values;

    FieldValues(Json json) {
        this.json = json;
    }

    void write(Map<String, ?> fields) {
        map(fields, 1);
    }

    private void map(Map<?, ?> map, int depth) {
        json.object();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (fits(entry.getValue(), depth)) {
                json.name(Text.name(String.valueOf(entry.getKey())));
                value(entry.getValue(), depth);
            }
        }
        json.endObject();
    }

    private void list(Iterable<?> list, int depth) {
        json.array();
        for (Object value : list) {
            if (fits(value, depth)) {
                value(value, depth);
            }
        }
        json.endArray();
    }

    private boolean fits(@Nullable Object value, int depth) {
        boolean nests = value instanceof Map || value instanceof Iterable;
        return values++ < Limits.MAX_FIELD_VALUES && !(nests && depth == Limits.MAX_FIELD_DEPTH);
    }

    private void value(@Nullable Object value, int depth) {
        if (value instanceof Map) {
            map((Map<?, ?>) value, depth + 1);
        } else if (value instanceof Iterable) {
            list((Iterable<?>) value, depth + 1);
        } else if (value instanceof Boolean) {
            json.value((boolean) value);
        } else if (value instanceof Double || value instanceof Float) {
            json.value(((Number) value).doubleValue());
        } else if (value instanceof Integer || value instanceof Long) {
            json.value(((Number) value).longValue());
        } else {
            json.value(value == null ? null : Text.message(value.toString()));
        }
    }
}
