package dev.gradwatch.agent.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gradwatch.wire.FrameBuffer;
import dev.gradwatch.wire.FrameKind;
import dev.gradwatch.wire.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Reads in tests what this reporter wrote. */
final class Frames {
    static final ObjectMapper JSON = new ObjectMapper();

    private Frames() {}

    /** The JSON of a message of one frame. */
    static JsonNode json(Message message) {
        return json(new FrameBuffer().add(message).toByteArray(), 5);
    }

    static JsonNode json(byte[] bytes, int from) {
        try {
            return JSON.readTree(bytes, from, bytes.length - from);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Which bits are set in a plane of a ledger's pattern. */
    static List<Integer> bits(String text, int size, int plane) {
        byte[] bytes = Base64.getDecoder().decode(text);
        int width = (size + 63) / 64 * 8;
        List<Integer> bits = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            if ((bytes[plane * width + i / 8] >> (i % 8) & 1) != 0) {
                bits.add(i);
            }
        }
        return bits;
    }

    /** Watched passes that a ledger's {@code used} or {@code health} holds. */
    static long passes(JsonNode patterns) {
        long passes = patterns.get("counts").path("passes").asLong();
        for (JsonNode run : patterns.get("runs")) {
            passes += run.get(1).asLong() - run.get(0).asLong() + 1;
        }
        return passes;
    }

    /** The frame of a kind, as a collector would write it. */
    static byte[] frame(int kind, byte[] payload) {
        byte[] frame = new byte[payload.length + 5];
        int length = payload.length + 1;
        for (int i = 0; i < 4; i++) {
            frame[i] = (byte) (length >> 8 * i);
        }
        frame[4] = (byte) kind;
        System.arraycopy(payload, 0, frame, 5, payload.length);
        return frame;
    }

    static String name(int kind) {
        return FrameKind.name(kind);
    }
}
