package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.sink.upstream.Upstream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The collector further up that {@code collect} tells what it sees. */
final class UpstreamOptions {
    @Option(
            names = "--upstream",
            paramLabel = "HOST:PORT",
            converter = AddressConverter.class,
            description = "Tell another collector too: one report of a job, whichever nodes its ranks are on.")
    private @Nullable InetSocketAddress upstream;

    @Option(
            names = "--upstream-token",
            paramLabel = "TEXT",
            description = "What it wants to hear; other users of this machine can see it there.")
    private @Nullable String token;

    @Option(
            names = "--upstream-token-file",
            paramLabel = "FILE",
            description = "Read it from a file; wins over the text.")
    private @Nullable Path tokenFile;

    @Option(
            names = "--upstream-tls-ca",
            paramLabel = "FILE.pem|system",
            description = "Speak TLS to it, and trust the certificates of this CA, or those that the machine trusts.")
    private @Nullable String tlsCa;

    @Mixin
    private NodeOptions node = new NodeOptions();

    /**
     * Not started yet; null where none was asked for.
     *
     * @param say is handed lines for a person
     * @throws IOException in one line, where a file that was named cannot be read
     */
    @Nullable
    Upstream upstream(Consumer<String> say) throws IOException {
        if (upstream == null) {
            return null;
        }
        if (tlsCa != null && !TrustedCa.isReadable(tlsCa)) {
            throw new IOException(
                    "upstream-tls-ca: " + tlsCa + " (expected: a PEM file of CA certificates, or system)");
        }
        String word = tokenFile != null ? GivenToken.in(tokenFile) : token == null || token.isEmpty() ? null : token;
        return new Upstream(node.target(upstream, word, tlsCa), say);
    }
}
