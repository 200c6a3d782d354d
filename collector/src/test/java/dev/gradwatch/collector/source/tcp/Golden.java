package dev.gradwatch.collector.source.tcp;

import dev.gradwatch.wire.FrameBuffer;
import dev.gradwatch.wire.Message;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Frames of {@code agent/protocol/golden}, and others. */
final class Golden {
    private static final Path FOLDER = Path.of("..", "agent", "protocol", "golden");

    private Golden() {}

    static byte[] frame(String name) {
        try {
            return HexFormat.of()
                    .parseHex(Files.readString(FOLDER.resolve(name + ".hex")).replaceAll("\\s", ""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Some frames, back to back. */
    static byte[] frames(String... names) {
        return join(Stream.of(names).map(Golden::frame).toArray(byte[][]::new));
    }

    static List<String> names() {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(".hex"))
                    .map(file -> file.substring(0, file.length() - ".hex".length()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] frame(Message message) {
        return new FrameBuffer().add(message).toByteArray();
    }

    static byte[] json(int kind, String json) {
        return frame(kind, json.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    static byte[] frame(int kind, byte[] payload) {
        byte[] frame = new byte[5 + payload.length];
        java.nio.ByteBuffer.wrap(frame)
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .putInt(1 + payload.length)
                .put((byte) kind)
                .put(payload);
        return frame;
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
