package dev.gradwatch.collector.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that {@code run} and {@code collect} share. */
final class ListenOptions {
    /** By its number: a reporter would have to look its name up, and might come to another one. */
    private static final byte[] LOOPBACK = {127, 0, 0, 1};

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            converter = AddressConverter.class,
            description = "Where reporters connect. collect: 127.0.0.1:7787, run: a free port of 127.0.0.1.")
    @Nullable
    InetSocketAddress listen;

    @Option(
            names = "--token",
            paramLabel = "TEXT",
            description =
                    "What reporters must say; other users of this machine can see it there. Beyond loopback one is made where none is given.")
    private @Nullable String token;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "Read the token from a file, such as a Kubernetes secret; wins over --token.")
    private @Nullable Path tokenFile;

    @Option(
            names = "--record",
            paramLabel = "FILE",
            description = "Record all observations for replay; FILE.gz is compressed.")
    @Nullable
    Path record;

    @Option(
            names = ConfiguredDefaults.OPTION,
            paramLabel = "FILE.yaml",
            description =
                    "Options as a YAML file: 'listen: 0.0.0.0:7787'. The command line and the environment win over it; collect reads its webhooks, and they alone, again when they change.")
    @Nullable
    Path config;

    @Option(names = "--no-http", description = "No API and no page.")
    boolean noHttp;

    @Option(names = "--verbose", description = "Add the stack trace to an error.")
    boolean verbose;

    /** The token that was given, here or in a file; null where none was. */
    @Nullable
    String token() throws IOException {
        if (tokenFile != null) {
            return GivenToken.in(tokenFile);
        }
        return token == null || token.isEmpty() ? null : token;
    }

    /** Where one job's reporters connect: a free port of loopback if nothing was said. */
    InetSocketAddress listenForOneJob() throws UnknownHostException {
        return listen(new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), 0));
    }

    /** The token of one job's reporters: other users of this machine can connect to loopback too, so that one is made where none was given. */
    String tokenForOneJob() throws IOException {
        String given = token();
        return given == null ? Tokens.random() : given;
    }

    /** @param otherwise where to listen if nothing was said */
    InetSocketAddress listen(InetSocketAddress otherwise) {
        return listen == null ? otherwise : listen;
    }
}
