package dev.gradwatch.collector.sink.http;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where the server's certificate is. Files that change are read again while the server runs.
 *
 * @param certificate PEM, the server's own first and then those that signed it
 * @param key PEM, without a password
 * @param checkEvery how often the files are looked at
 */
public record TlsFiles(Path certificate, Path key, Duration checkEvery) {
    private static final Duration USUAL = Duration.ofSeconds(5);

    public TlsFiles(Path certificate, Path key) {
        this(certificate, key, USUAL);
    }
}
