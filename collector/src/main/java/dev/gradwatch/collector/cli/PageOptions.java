package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.sink.http.Directory;
import dev.gradwatch.collector.sink.http.HttpLimits;
import dev.gradwatch.collector.sink.http.HttpOptions;
import dev.gradwatch.collector.sink.http.guard.TokenHash;
import dev.gradwatch.collector.source.tcp.tls.TlsFiles;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the API and the page are served, and to whom. */
final class PageOptions {
    static final String DEFAULT_HTTP = "127.0.0.1:7788";

    private static final String FREE_PORT = "127.0.0.1:0";

    @Option(
            names = "--http",
            paramLabel = "HOST:PORT",
            converter = AddressConverter.class,
            description = "Where the API and the page are served (" + DEFAULT_HTTP + ").")
    @Nullable
    InetSocketAddress http;

    @Option(
            names = "--http-prefix",
            paramLabel = "/PATH",
            defaultValue = "",
            description = "The path under which a reverse proxy shows it.")
    String httpPrefix = "";

    @Option(
            names = "--http-host",
            paramLabel = "NAME",
            split = ConfiguredDefaults.SEPARATOR,
            splitSynopsisLabel = "",
            description = "A further name by which people call this machine; may be given more than once.")
    List<String> httpHosts = List.of();

    @Option(
            names = "--public-url",
            paramLabel = "URL",
            converter = PublicUrl.class,
            description =
                    "Where people reach the page, as behind a reverse proxy; links in chat messages begin with it. Without it: where it is served.")
    @Nullable
    String publicUrl;

    @Option(
            names = "--people-token",
            paramLabel = "TEXT",
            description = "What people must say. Beyond loopback one is made where none is given.")
    @Nullable
    String peopleToken;

    /** On loopback, at the usual port or, where that is taken, at a free one. */
    static PageOptions at(@Nullable InetSocketAddress address) {
        PageOptions options = new PageOptions();
        options.http = address;
        return options;
    }

    /** Whether somebody said how it is to be served, and so must hear where it cannot be. */
    boolean isAsked() {
        return http != null || !httpPrefix.isEmpty();
    }

    /**
     * Serves them where it was asked for, or at the usual address; the caller closes what comes back.
     *
     * @throws IOException in one line, where the address cannot be bound
     */
    ServedPage serve(Directory directory, PrometheusMeterRegistry registry, @Nullable TlsFiles tls, boolean newToken)
            throws IOException {
        return serve(address(), directory, registry, tls, newToken);
    }

    private InetSocketAddress address() {
        return http == null ? new AddressConverter().convert(DEFAULT_HTTP) : http;
    }

    /**
     * The page's address as people reach it: as they said, else where it is served.
     *
     * @param served null where it is not
     */
    String reachable(@Nullable ServedPage served) {
        if (publicUrl != null) {
            return publicUrl;
        }
        return served != null
                ? served.reachable()
                : PublicUrl.served(false, address(), address().getPort(), httpPrefix);
    }

    /** By which requests may call this machine. */
    private Set<String> names() {
        Set<String> names = new HashSet<>(httpHosts);
        if (publicUrl != null) {
            names.add(PublicUrl.host(publicUrl));
        }
        return names;
    }

    /**
     * As {@link #serve}; where nobody asked for an address, and the usual one is another run's or a collector's, at a free port.
     *
     * @param registries gives a new one for each try
     */
    ServedPage serveSomewhere(Directory directory, Supplier<PrometheusMeterRegistry> registries) throws IOException {
        try {
            return serve(directory, registries.get(), null, false);
        } catch (IOException e) {
            if (http != null) {
                throw e;
            }
            return serve(new AddressConverter().convert(FREE_PORT), directory, registries.get(), null, false);
        }
    }

    private ServedPage serve(
            InetSocketAddress address,
            Directory directory,
            PrometheusMeterRegistry registry,
            @Nullable TlsFiles tls,
            boolean newToken)
            throws IOException {
        Tokens.Wanted token = Tokens.wanted(
                Tokens.Role.PEOPLE,
                address,
                peopleToken,
                newToken,
                StateFolder.of(System.getenv()),
                InstantSource.system());
        HttpOptions options = new HttpOptions(
                address,
                httpPrefix,
                token == null
                        ? null
                        : TokenHash.ofHex(
                                HexFormat.of().formatHex(token.sha256().bytes())),
                tls == null ? null : new dev.gradwatch.collector.sink.http.TlsFiles(tls.certificate(), tls.key()),
                names(),
                HttpLimits.DEFAULTS);
        return ServedPage.start(options, token, directory, registry);
    }
}
