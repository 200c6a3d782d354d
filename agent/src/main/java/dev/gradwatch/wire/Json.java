package dev.gradwatch.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes one JSON object into a frame: compact, and with as little escaped as JSON allows, so that two writers of the same value write the
 * same bytes. It does not check that names and values alternate; the messages do that by their shape.
 */
final class Json {
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private final FrameBuffer out;
    private boolean comma;

    Json(FrameBuffer out) {
        this.out = out;
    }

    Json object() {
        return open('{');
    }

    Json endObject() {
        return close('}');
    }

    Json array() {
        return open('[');
    }

    Json endArray() {
        return close(']');
    }

    Json name(String name) {
        separate();
        quoted(name);
        out.room(1).put((byte) ':');
        comma = false;
        return this;
    }

    Json value(@Nullable String value) {
        if (value == null) {
            return bare("null");
        }
        separate();
        quoted(value);
        return this;
    }

    Json value(long value) {
        return bare(Long.toString(value));
    }

    /** A number, or the string {@code NaN}, {@code Infinity} or {@code -Infinity}, for which JSON has no number. */
    Json value(double value) {
        return Double.isFinite(value) ? bare(Double.toString(value)) : value(Double.toString(value));
    }

    Json value(boolean value) {
        return bare(value ? "true" : "false");
    }

    Json value(int @Nullable [] values) {
        if (values == null) {
            return bare("null");
        }
        array();
        for (int value : values) {
            value(value);
        }
        return endArray();
    }

    Json value(long[] values) {
        array();
        for (long value : values) {
            value(value);
        }
        return endArray();
    }

    Json value(List<String> values) {
        array();
        for (String value : values) {
            value(value);
        }
        return endArray();
    }

    /** Words as base64 of their little-endian bytes. */
    Json base64(long[] words) {
        ByteBuffer bytes = littleEndian(words.length * Long.BYTES);
        bytes.asLongBuffer().put(words);
        return base64(bytes);
    }

    /** Floats as base64 of their little-endian bytes. */
    Json base64(float[] floats) {
        ByteBuffer bytes = littleEndian(floats.length * Float.BYTES);
        bytes.asFloatBuffer().put(floats);
        return base64(bytes);
    }

    /** What was written by another {@code Json} before, as one value. */
    Json written(byte[] json) {
        separate();
        out.room(json.length).put(json);
        return this;
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private Json base64(ByteBuffer bytes) {
        separate();
        ByteBuffer encoded = Base64.getEncoder().encode(bytes);
        out.room(encoded.remaining() + 2).put((byte) '"').put(encoded).put((byte) '"');
        return this;
    }

    private Json bare(String text) {
        separate();
        out.utf8(text);
        return this;
    }

    private Json open(char bracket) {
        separate();
        out.room(1).put((byte) bracket);
        comma = false;
        return this;
    }

    private Json close(char bracket) {
        out.room(1).put((byte) bracket);
        comma = true;
        return this;
    }

    private void separate() {
        if (comma) {
            out.room(1).put((byte) ',');
        }
        comma = true;
    }

    private void quoted(String text) {
        out.room(1).put((byte) '"');
        int plain = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c == '"' || c == '\\') {
                out.utf8(text.substring(plain, i));
                out.utf8(escaped(c));
                plain = i + 1;
            }
        }
        out.utf8(plain == 0 ? text : text.substring(plain));
        out.room(1).put((byte) '"');
    }

    private static String escaped(char c) {
        switch (c) {
            case '"':
                return "\\\"";
            case '\\':
                return "\\\\";
            case '\b':
                return "\\b";
            case '\t':
                return "\\t";
            case '\n':
                return "\\n";
            case '\f':
                return "\\f";
            case '\r':
                return "\\r";
            default:
                return "\\u00" + HEX[c >> 4] + HEX[c & 15];
        }
    }
}
