package dev.gradwatch.collector.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a running collector answers, for commands that ask it. */
final class ApiOptions {
    @Option(
            names = "--http",
            paramLabel = "HOST:PORT",
            converter = AddressConverter.class,
            defaultValue = PageOptions.DEFAULT_HTTP,
            description = "Where the collector's API is (${DEFAULT-VALUE}).")
    @Nullable
    InetSocketAddress http;

    @Option(
            names = "--people-token",
            paramLabel = "TEXT",
            description = "The token for people that the collector printed, where it wants one.")
    @Nullable
    String token;

    @Option(
            names = "--tls-ca",
            paramLabel = "FILE.pem",
            description = "Speak TLS, and trust this certificate; 'system' trusts what Java does.")
    @Nullable
    String tlsCa;

    @Option(names = "--verbose", description = "Add the stack trace to an error.")
    boolean verbose;

    ApiClient client() throws IOException {
        return client(ApiClient.TIMEOUT);
    }

    /** @param patience how long to wait for a connection, and for an answer */
    ApiClient client(Duration patience) throws IOException {
        if (http == null) {
            throw new IOException("http: none (expected: HOST:PORT of a collector)");
        }
        return ApiClient.of(
                http, token, tlsCa == null || tlsCa.equals("system") ? null : Path.of(tlsCa), tlsCa != null, patience);
    }
}
