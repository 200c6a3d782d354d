package dev.gradwatch.collector.cli;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a token that was made here: one line, for nobody else to read or write, and no way back from it to the token.
 *
 * <pre>
 *  sha256 64-HEX-DIGITS made 2026-01-01T00:00:00Z
 * </pre>
 */
final class TokenFile {
    private static final Pattern LINE = Pattern.compile("sha256 ([0-9a-f]{64}) made (\\S{1,40})\\s*");
    private static final int MAX_BYTES = 1024;
    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rw-------");

    private final Path folder;
    private final Path file;

    private TokenFile(Path folder, Path file) {
        this.folder = folder;
        this.file = file;
    }

    /** Two collectors of one user have their own, by where they listen. */
    static TokenFile in(Path folder, Tokens.Role role, int port) {
        return new TokenFile(folder, folder.resolve("token-" + role.name().toLowerCase(Locale.ROOT) + "-" + port));
    }

    /** Null where there is none. */
    Tokens.@Nullable Wanted read() throws IOException {
        String line;
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            if (!PRIVATE.containsAll(permissions)) {
                // Whoever could write it could have put a token of their own there.
                throw new IOException("token: " + file + " is " + PosixFilePermissions.toString(permissions)
                        + " (expected: rw-------; --new-token makes another)");
            }
            if (Files.size(file) > MAX_BYTES) {
                throw malformed();
            }
            line = Files.readString(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            return null;
        } catch (MalformedInputException e) {
            throw malformed();
        }
        Matcher parts = LINE.matcher(line);
        if (!parts.matches()) {
            throw malformed();
        }
        try {
            byte[] sha256 = HexFormat.of().parseHex(parts.group(1));
            return new Tokens.Wanted(new Tokens.Hash(sha256), null, Instant.parse(parts.group(2)));
        } catch (DateTimeException e) {
            throw malformed();
        }
    }

    /** Whole or not at all: a start that dies half-way leaves the token of before. */
    void write(Tokens.Wanted token) throws IOException {
        String line = "sha256 " + HexFormat.of().formatHex(token.sha256().bytes()) + " made "
                + (token.made() == null ? Instant.EPOCH : token.made().truncatedTo(ChronoUnit.SECONDS)) + "\n";
        try {
            CacheFolder.create(folder);
            Path fresh = Files.createTempFile(
                    folder, file.getFileName().toString(), ".new", PosixFilePermissions.asFileAttribute(PRIVATE));
            try {
                Files.writeString(fresh, line, StandardCharsets.UTF_8);
                Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (IOException e) {
            throw new IOException(
                    "token: " + file + " cannot be written (expected: a folder to keep its hash in, or --token-file)",
                    e);
        }
    }

    private IOException malformed() {
        return new IOException(
                "token: " + file + " is not as it was written (expected: a hash; --new-token makes another)");
    }
}
