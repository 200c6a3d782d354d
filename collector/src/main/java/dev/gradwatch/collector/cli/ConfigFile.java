package dev.gradwatch.collector.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A YAML file of a command's options: {@code listen: 0.0.0.0:7787} is {@code --listen 0.0.0.0:7787}; an option that may be given more than once takes
 * a list. The command line wins over the environment, the environment over the file. {@code webhooks} is no option, and of a form of its own.
 */
final class ConfigFile {
    static final int MAX_BYTES = 1 << 20;

    private static final Set<PosixFilePermission> OTHERS = Set.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    private static final Set<String> SECRETS = Set.of("token", "upstream-token", "people-token");

    private static final String WEBHOOKS = "webhooks";

    private final Path file;
    /** Null where any may stand in it. */
    private final @Nullable Set<String> keys;

    private final Map<String, List<String>> values = new LinkedHashMap<>();
    private ConfigTree webhooks = ConfigTree.NONE;

    private ConfigFile(Path file, @Nullable Set<String> keys) {
        this.file = file;
        this.keys = keys == null ? null : new TreeSet<>(keys);
    }

    /**
     * @param keys that may stand in it
     * @return the values by key
     * @throws IOException in one line that names the file, the line and the key
     */
    static Map<String, List<String>> read(Path file, Set<String> keys) throws IOException {
        ConfigFile config = new ConfigFile(file, keys);
        config.read();
        return config.values;
    }

    /** Without asking whose options its keys are, for who wants a single one of them. */
    static ConfigFile read(Path file) throws IOException {
        ConfigFile config = new ConfigFile(file, null);
        config.read();
        return config;
    }

    /** Of a key that has one value; null where it has none. */
    @Nullable
    String value(String key) {
        List<String> all = values.getOrDefault(key, List.of());
        return all.isEmpty() ? null : all.get(0);
    }

    ConfigTree webhooks() {
        return webhooks;
    }

    private void read() throws IOException {
        byte[] text = bytes();
        try (YAMLParser parser = new YAMLFactory().createParser(text)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                return;
            }
            if (first != JsonToken.START_OBJECT) {
                throw problem(parser, parser.getText(), "keys and values");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String key = parser.currentName();
                if (key.equals(WEBHOOKS)) {
                    readWebhooks(parser);
                    continue;
                }
                if (keys != null && !keys.contains(key)) {
                    throw problem(parser, "key " + key, meant(key, keys));
                }
                if (values.putIfAbsent(key, value(parser, key)) != null) {
                    throw problem(parser, "key " + key + " twice", "it once");
                }
            }
        } catch (JsonProcessingException e) {
            String where =
                    e.getLocation() == null ? "" : " line " + e.getLocation().getLineNr();
            throw new IOException(
                    "config: " + file + where + ": "
                            + e.getOriginalMessage().lines().findFirst().orElse("") + " (expected: YAML)",
                    e);
        }
        if (values.keySet().stream().anyMatch(SECRETS::contains)) {
            expectOnlyOwnerReads("a token");
        }
        if (webhooks.holds("url") || webhooks.holds("secret")) {
            // Whoever knows a webhook's URL can write to the chat.
            expectOnlyOwnerReads("a webhook's url or secret");
        }
    }

    private void readWebhooks(YAMLParser parser) throws IOException {
        if (!webhooks.root().isMissingNode()) {
            throw problem(parser, "key " + WEBHOOKS + " twice", "it once");
        }
        try {
            webhooks = ConfigTree.read(parser, WEBHOOKS);
        } catch (IllegalArgumentException e) {
            throw problem(parser, e.getMessage(), "it once");
        }
    }

    private byte[] bytes() throws IOException {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IOException("config: " + file + " has " + Files.size(file) + " bytes (expected: at most "
                        + MAX_BYTES + ")");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new IOException("config: " + file + " is missing (expected: a YAML file)", e);
        }
    }

    private List<String> value(YAMLParser parser, String key) throws IOException {
        JsonToken token = parser.nextToken();
        List<String> all = new ArrayList<>();
        if (token != null && token.isScalarValue() && token != JsonToken.VALUE_NULL) {
            all.add(parser.getText());
        } else if (token == JsonToken.START_ARRAY) {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (!parser.currentToken().isScalarValue() || parser.currentToken() == JsonToken.VALUE_NULL) {
                    throw problem(
                            parser, key + " holds " + parser.currentToken().name(), "a list of texts");
                }
                all.add(parser.getText());
            }
        } else {
            throw problem(
                    parser, key + " is " + (token == null ? "cut off" : token.name()), "a text, a number or a list");
        }
        return all;
    }

    /** The line where a value stands that is wrong, found by the path with which the message begins. */
    IOException problem(IllegalArgumentException e) {
        String message = String.valueOf(e.getMessage());
        int line = webhooks.line(message.contains(": ") ? message.substring(0, message.indexOf(": ")) : message);
        return new IOException("config: " + file + " line " + line + ": " + message, e);
    }

    private IOException problem(YAMLParser parser, @Nullable String what, String expected) {
        return new IOException("config: " + file + " line "
                + parser.currentTokenLocation().getLineNr() + ": " + what + " (expected: " + expected + ")");
    }

    /** The key that is nearest, or all of them. */
    private static String meant(String key, Set<String> keys) {
        String nearest = null;
        int least = 3;
        for (String known : keys) {
            int distance = distance(key, known);
            if (distance < least) {
                least = distance;
                nearest = known;
            }
        }
        return nearest != null ? nearest : "one of " + String.join(", ", keys);
    }

    /** Letters to insert, remove or replace. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }

    private void expectOnlyOwnerReads(String what) throws IOException {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            if (permissions.stream().anyMatch(OTHERS::contains)) {
                throw new IOException(
                        "config: " + file + " holds " + what + " and can be read by others (expected: mode 0600)");
            }
        } catch (UnsupportedOperationException e) {
            // No such permissions on this system.
            return;
        }
    }
}
