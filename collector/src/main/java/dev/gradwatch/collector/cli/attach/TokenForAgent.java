package dev.gradwatch.collector.cli.attach;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * A token in a file that its owner alone can read, for as long as the agent takes to read it: what attaches to a JVM can list its agents' options.
 *
 * @param file null where no token is needed
 */
public record TokenForAgent(@Nullable Path file) implements AutoCloseable {
    /** @param token null where none is needed */
    public static TokenForAgent of(@Nullable String token) throws IOException {
        if (token == null) {
            return new TokenForAgent(null);
        }
        Path file = Files.createTempFile(
                "gradwatch-token-",
                "",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, token, StandardCharsets.UTF_8);
        return new TokenForAgent(file);
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            Files.deleteIfExists(file);
        }
    }
}
