package dev.gradwatch.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A frame of {@code agent/protocol/golden}: its bytes, and what it says. */
final class Golden {
    static final ObjectMapper JSON = new ObjectMapper();
    private static final Path FOLDER = Path.of("protocol", "golden");

    final String name;
    final byte[] frame;
    final String kind;
    final JsonNode value;

    private Golden(String name) {
        this.name = name;
        try {
            String hex = Files.readString(FOLDER.resolve(name + ".hex")).replaceAll("\\s", "");
            frame = new byte[hex.length() / 2];
            for (int i = 0; i < frame.length; i++) {
                frame[i] = (byte) Integer.parseInt(hex.substring(2 * i, 2 * i + 2), 16);
            }
            JsonNode json = JSON.readTree(Files.readString(FOLDER.resolve(name + ".json")));
            kind = json.get("kind").asText();
            value = json.get("value");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Golden of(String name) {
        return new Golden(name);
    }

    static List<Golden> all() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(".hex"))
                    .sorted()
                    .map(file -> new Golden(file.substring(0, file.length() - ".hex".length())))
                    .collect(Collectors.toList());
        }
    }

    ByteBuffer payload() {
        return ByteBuffer.wrap(frame, 5, frame.length - 5).slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    JsonNode jsonFrom(int offset) throws IOException {
        String text = new String(frame, 5 + offset, frame.length - 5 - offset, StandardCharsets.UTF_8);
        return JSON.readTree(text);
    }

    BigInteger number(String field) {
        return value.get(field).bigIntegerValue();
    }

    @Override
    public String toString() {
        return name;
    }
}
