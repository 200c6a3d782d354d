package dev.gradwatch.collector.source.recording;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Function;

/** Arrays of numbers as base64 of their little-endian bytes: a recording is a third of what decimal numbers would take. */
final class PackedArrays {
    static byte[] ofLongs(long[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        return bytes.array();
    }

    static long[] longs(byte[] bytes) {
        requireWhole(bytes, Long.BYTES);
        long[] values = new long[bytes.length / Long.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(values);
        return values;
    }

    static byte[] ofFloats(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    static float[] floats(byte[] bytes) {
        requireWhole(bytes, Float.BYTES);
        float[] values = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }

    private static void requireWhole(byte[] bytes, int size) {
        if (bytes.length % size != 0) {
            throw new IllegalArgumentException(
                    "base64: " + bytes.length + " bytes (expected: a multiple of " + size + ")");
        }
    }

    static <T> JsonSerializer<T> writer(Function<T, byte[]> pack) {
        return new JsonSerializer<>() {
            @Override
            public void serialize(T value, JsonGenerator json, SerializerProvider provider) throws IOException {
                json.writeBinary(pack.apply(value));
            }
        };
    }

    static <T> JsonDeserializer<T> reader(Class<T> type, Function<byte[], T> unpack) {
        return new StdDeserializer<>(type) {
            @Override
            public T deserialize(JsonParser json, DeserializationContext context) throws IOException {
                try {
                    return unpack.apply(json.getBinaryValue());
                } catch (IllegalArgumentException e) {
                    throw new InvalidFormatException(json, e.getMessage(), json.getText(), type);
                }
            }
        };
    }

    private PackedArrays() {}
}
