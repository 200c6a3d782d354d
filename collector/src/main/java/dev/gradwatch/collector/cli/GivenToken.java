package dev.gradwatch.collector.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A token from a file that somebody else keeps, such as a mounted secret of Kubernetes. */
final class GivenToken {
    /** What fits the name that a reporter may say. */
    private static final int MAX_BYTES = 1024;

    /** @throws IOException in one line, without what the file holds */
    static String in(Path file) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            // A line break that an editor added is none of it.
            bytes = in.readNBytes(MAX_BYTES + 3);
        } catch (IOException e) {
            throw new IOException("token-file: " + file + " cannot be read (expected: a file with a token)", e);
        }
        String token = new String(bytes, StandardCharsets.UTF_8).strip();
        int length = token.getBytes(StandardCharsets.UTF_8).length;
        if (length == 0 || length > MAX_BYTES || token.lines().count() > 1) {
            throw new IOException("token-file: " + file + " (expected: one line of 1-" + MAX_BYTES + " bytes)");
        }
        return token;
    }

    private GivenToken() {}
}
