package dev.gradwatch.collector.source.tcp;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import dev.gradwatch.wire.FrameException;
import dev.gradwatch.wire.Limits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads one JSON payload as a stream, so that what it costs is bounded by what is asked for and not by what it holds. Strict: a member of another
 * type or out of its range is an error that names the value and the expectation. Not thread-safe.
 *
 * <p>All methods throw {@link FrameException} where the payload is not what it must be.
 */
final class JsonReader {
    /** Deeper than any payload, and shallow enough for everything that reads it. */
    private static final int MAX_DEPTH = 32;

    /** Longer than the base64 of the norms of the largest model. */
    private static final int MAX_STRING = 2 << 20;

    private static final int MAX_SHOWN = 64;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(MAX_STRING)
                    .build())
            // Python's json writes NaN bare unless told otherwise.
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            // Names come from outside and must not fill the JVM's table of interned strings.
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    /** What a payload is read into. */
    interface Body<T> {
        T read(JsonReader json) throws IOException;
    }

    private final String frame;
    private final JsonParser parser;

    private JsonReader(String frame, JsonParser parser) {
        this.frame = frame;
        this.parser = parser;
    }

    /** Reads a payload that must be one object; {@code body} stands in front of it and reads all of it. */
    static <T> T read(String frame, ByteBuf bytes, int index, int length, Body<T> body) {
        try (JsonParser parser =
                FACTORY.createParser((InputStream) new ByteBufInputStream(bytes.slice(index, length)))) {
            JsonReader json = new JsonReader(frame, parser);
            parser.nextToken();
            T value = body.read(json);
            if (parser.nextToken() != null) {
                throw json.malformed("JSON: more after the object (expected: one object)");
            }
            return value;
        } catch (IOException | IllegalStateException e) {
            // Jackson's own text may quote the payload, and with it a secret.
            throw FrameException.malformed(frame, "JSON: not well-formed (expected: one object)");
        }
    }

    /** Steps into an object, at the value that the parser stands on. Then {@link #member} until null. */
    void object(String name) {
        expect(name, JsonToken.START_OBJECT, "an object");
    }

    /** The name of the next member, its value next in line; null at the object's end. */
    @Nullable
    String member() throws IOException {
        String name = parser.nextFieldName();
        if (name == null) {
            if (parser.currentToken() != JsonToken.END_OBJECT) {
                throw malformed("JSON: ended inside an object (expected: one object)");
            }
            return null;
        }
        parser.nextToken();
        return name;
    }

    /** Steps into an array. Then {@link #element} until false. */
    void array(String name) {
        expect(name, JsonToken.START_ARRAY, "an array");
    }

    /** Steps to the next element; false at the array's end. */
    boolean element() throws IOException {
        JsonToken token = parser.nextToken();
        if (token == null) {
            throw malformed("JSON: ended inside an array (expected: one object)");
        }
        return token != JsonToken.END_ARRAY;
    }

    /** Passes over a value that this version does not know. */
    void skip() throws IOException {
        parser.skipChildren();
    }

    /** Where the parser stands. */
    JsonToken token() {
        return expectToken("JSON", "a value");
    }

    boolean isNull() {
        return parser.currentToken() == JsonToken.VALUE_NULL;
    }

    long number(String name, long least, long most) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            throw unexpected(name, least + "-" + most);
        }
        if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                || parser.getLongValue() < least
                || parser.getLongValue() > most) {
            throw unexpected(name, least + "-" + most);
        }
        return parser.getLongValue();
    }

    /** A count or a time: 0 to the largest long. */
    long count(String name) throws IOException {
        return number(name, 0, Long.MAX_VALUE);
    }

    int integer(String name, int least, int most) throws IOException {
        return (int) number(name, least, most);
    }

    int model() throws IOException {
        return integer("model", 0, Limits.MAX_MODELS - 1);
    }

    /** A number, or one of the strings that stand for numbers that are not finite. */
    double real(String name) throws IOException {
        JsonToken token = expectToken(name, "a number");
        if (token.isNumeric()) {
            return parser.getDoubleValue();
        }
        String text = token == JsonToken.VALUE_STRING ? parser.getText() : "";
        return switch (text) {
            case "NaN" -> Double.NaN;
            case "Infinity" -> Double.POSITIVE_INFINITY;
            case "-Infinity" -> Double.NEGATIVE_INFINITY;
            default -> throw unexpected(name, "a number");
        };
    }

    boolean flag(String name) {
        JsonToken token = expectToken(name, "true or false");
        if (!token.isBoolean()) {
            throw unexpected(name, "true or false");
        }
        return token == JsonToken.VALUE_TRUE;
    }

    /** A name of at most {@link Limits#MAX_NAME_BYTES}. */
    String name(String name) throws IOException {
        return text(name, Limits.MAX_NAME_BYTES);
    }

    /** A text of so many bytes of UTF-8 at most. Halves of surrogate pairs are replaced, since nothing could write them again. */
    String text(String name, int mostBytes) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw unexpected(name, "a text");
        }
        String text = parser.getText();
        if (text.length() > mostBytes / 3) {
            int bytes = text.getBytes(StandardCharsets.UTF_8).length;
            if (bytes > mostBytes) {
                throw malformed(name + ": " + bytes + " bytes (expected: at most " + mostBytes + ")");
            }
        }
        return wellFormed(text);
    }

    /** A text that errors must not show. */
    byte[] secret(String name) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw malformed(name + ": not a text (expected: a text)");
        }
        return parser.getText().getBytes(StandardCharsets.UTF_8);
    }

    List<String> names(String name, int most) throws IOException {
        List<String> names = new ArrayList<>();
        array(name);
        while (element()) {
            room(name, names.size(), most);
            names.add(name(name));
        }
        return names;
    }

    List<Integer> indices(String name, int most) throws IOException {
        List<Integer> indices = new ArrayList<>();
        array(name);
        while (element()) {
            room(name, indices.size(), most);
            indices.add(integer(name, 0, most - 1));
        }
        return indices;
    }

    BitSet bits(String name, int most) throws IOException {
        BitSet bits = new BitSet();
        array(name);
        while (element()) {
            bits.set(integer(name, 0, most - 1));
        }
        return bits;
    }

    /** The bytes of a base64 text, a multiple of {@code unit} and at most so many. */
    byte[] base64(String name, int unit, int most) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw unexpected(name, "base64");
        }
        byte[] bytes;
        try {
            bytes = parser.getBinaryValue();
        } catch (IOException | IllegalArgumentException e) {
            throw malformed(name + ": not base64 (expected: base64)");
        }
        if (bytes.length % unit != 0 || bytes.length > most) {
            throw malformed(
                    name + ": " + bytes.length + " bytes (expected: a multiple of " + unit + ", at most " + most + ")");
        }
        return bytes;
    }

    /** Checks that one more fits. */
    void room(String name, int size, int most) {
        if (size >= most) {
            throw malformed(name + ": more than " + most + " (expected: at most " + most + ")");
        }
    }

    /** A member that must be there. */
    <T> T required(String name, @Nullable T value) {
        if (value == null) {
            throw malformed(name + ": missing (expected: it)");
        }
        return value;
    }

    FrameException malformed(String problem) {
        return FrameException.malformed(frame, problem);
    }

    private FrameException unexpected(String name, String expected) {
        return malformed(name + ": " + shown() + " (expected: " + expected + ")");
    }

    private void expect(String name, JsonToken token, String expected) {
        if (parser.currentToken() != token) {
            throw unexpected(name, expected);
        }
    }

    private JsonToken expectToken(String name, String expected) {
        JsonToken token = parser.currentToken();
        if (token == null) {
            throw malformed(name + ": nothing (expected: " + expected + ")");
        }
        return token;
    }

    /** The value that the parser stands on, short enough for a line of a log and without what would break the line. */
    private String shown() {
        JsonToken token = parser.currentToken();
        if (token == null) {
            return "nothing";
        }
        if (token == JsonToken.START_OBJECT) {
            return "an object";
        }
        if (token == JsonToken.START_ARRAY) {
            return "an array";
        }
        try {
            String text = parser.getText();
            String cut = text.length() > MAX_SHOWN ? text.substring(0, MAX_SHOWN) + "…" : text;
            String plain = wellFormed(cut).replaceAll("\\p{Cntrl}", "?");
            return token == JsonToken.VALUE_STRING ? '"' + plain + '"' : plain;
        } catch (IOException e) {
            return "a value that cannot be read";
        }
    }

    private static String wellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                // Encoding replaces the halves that stand alone and keeps the pairs.
                return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
            }
        }
        return text;
    }
}
