package dev.gradwatch.collector.source.tcp;

import com.fasterxml.jackson.core.JsonToken;
import dev.gradwatch.wire.Limits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the fields of one message: values of any shape, as many and as deep as the limits allow. */
final class FieldReader {
    private final JsonReader json;
    private int values;

    FieldReader(JsonReader json) {
        this.json = json;
    }

    Map<String, Object> fields() throws IOException {
        return map(1);
    }

    private Map<String, Object> map(int depth) throws IOException {
        Map<String, Object> map = new LinkedHashMap<>();
        json.object("fields");
        for (String name = json.member(); name != null; name = json.member()) {
            Object value = value(depth);
            if (value != null) {
                map.put(name, value);
            }
        }
        return map;
    }

    private List<Object> list(int depth) throws IOException {
        List<Object> list = new ArrayList<>();
        json.array("fields");
        while (json.element()) {
            Object value = value(depth);
            if (value != null) {
                list.add(value);
            }
        }
        return list;
    }

    /** Null for a null, which says nothing. */
    private @Nullable Object value(int depth) throws IOException {
        json.room("fields", values++, Limits.MAX_FIELD_VALUES);
        JsonToken token = json.token();
        if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
            if (depth == Limits.MAX_FIELD_DEPTH) {
                throw json.malformed("fields: more than " + Limits.MAX_FIELD_DEPTH + " deep (expected: at most "
                        + Limits.MAX_FIELD_DEPTH + ")");
            }
            return token == JsonToken.START_OBJECT ? map(depth + 1) : list(depth + 1);
        }
        return switch (token) {
            case VALUE_NULL -> null;
            case VALUE_TRUE, VALUE_FALSE -> json.flag("fields");
            case VALUE_NUMBER_FLOAT -> json.real("fields");
            case VALUE_NUMBER_INT -> whole(json.number("fields", Long.MIN_VALUE, Long.MAX_VALUE));
            default -> text();
        };
    }

    /** The smaller type where it is enough, as the recogniser has it: a repeat must be equal. */
    private static Object whole(long number) {
        return (int) number == number ? (Object) (int) number : (Object) number;
    }

    private Object text() throws IOException {
        String text = json.text("fields", Limits.MAX_TEXT_BYTES);
        return switch (text) {
            case "NaN", "Infinity", "-Infinity" -> json.real("fields");
            default -> text;
        };
    }
}
