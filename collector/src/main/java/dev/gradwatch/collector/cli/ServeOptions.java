package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.sink.http.Directory;
import dev.gradwatch.collector.sink.http.HttpApi;
import dev.gradwatch.collector.sink.http.HttpLimits;
import dev.gradwatch.collector.sink.http.HttpOptions;
import dev.gradwatch.collector.sink.http.guard.TokenHash;
import dev.gradwatch.collector.sink.store.Store.Retention;
import dev.gradwatch.collector.sink.webhook.Webhook;
import dev.gradwatch.collector.source.tcp.tls.TlsFiles;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What a collector that stays keeps, and to whom it shows it. */
final class ServeOptions {
    static final String DEFAULT_HTTP = "127.0.0.1:7788";

    @Option(
            names = "--http",
            paramLabel = "HOST:PORT",
            converter = AddressConverter.class,
            defaultValue = DEFAULT_HTTP,
            description = "Where the API and the page are served (${DEFAULT-VALUE}).")
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

    @Option(
            names = "--store",
            paramLabel = "URL",
            description =
                    "Where jobs and alerts are kept: jdbc:sqlite:FILE, jdbc:postgresql://…. Without it: a file under ~/.local/state/gradwatch.")
    @Nullable
    String store;

    @Option(
            names = "--keep-days",
            paramLabel = "DAYS",
            defaultValue = "90",
            description = "How long a job is kept after its end (${DEFAULT-VALUE}).")
    int keepDays;

    @Option(
            names = "--keep-bytes",
            paramLabel = "SIZE",
            defaultValue = "10G",
            description =
                    "How large the store may become before the jobs that ended first go, such as 500M or 10G (${DEFAULT-VALUE}).")
    String keepBytes = "10G";

    @Option(
            names = ConfiguredDefaults.OPTION,
            paramLabel = "FILE.yaml",
            description =
                    "Options as a YAML file: 'listen: 0.0.0.0:7787'. The command line and the environment win over it. Its webhooks, and they alone, are read again when they change.")
    @Nullable
    Path config;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    private @Nullable HttpOptions served;
    private @Nullable InetSocketAddress bound;
    private Tokens.@Nullable Wanted token;

    /** Two collectors of one user keep their own, by where they listen. */
    String storeUrl(int port) throws IOException {
        if (store != null && !store.isBlank()) {
            return store.strip();
        }
        Path folder = StateFolder.of(System.getenv());
        CacheFolder.create(folder);
        return "jdbc:sqlite:" + folder.resolve("jobs-" + port + ".db");
    }

    Retention retention() {
        if (keepDays < 1) {
            throw new ParameterException(spec.commandLine(), "keep-days: " + keepDays + " (expected: at least 1)");
        }
        return new Retention(TimeUnit.DAYS.toMicros(keepDays), bytes(keepBytes));
    }

    private long bytes(String size) {
        Long bytes = ByteSize.parse(size);
        if (bytes == null) {
            throw new ParameterException(
                    spec.commandLine(), "keep-bytes: " + size + " (expected: such as 500M or 10G; 0 for no bound)");
        }
        return bytes;
    }

    /** The webhooks of the configuration; bad usage where one of them cannot be used. */
    List<Webhook> webhooks() {
        try {
            return config == null ? List.of() : WebhookFile.read(config, System.getenv());
        } catch (IOException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    /** Reads them again when they change, beside the process; null where there is no file that could. */
    @Nullable
    WebhookWatch watch(List<Webhook> now, Consumer<List<Webhook>> changed, Consumer<String> say) {
        if (config == null) {
            return null;
        }
        WebhookWatch watch = new WebhookWatch(config, System.getenv(), now, changed, say);
        watch.start();
        return watch;
    }

    /** The page's address as people reach it: as they said, else where it is served. */
    String pageUrl() {
        if (publicUrl != null) {
            return publicUrl;
        }
        InetSocketAddress address = address();
        return PublicUrl.served(
                served != null && served.tls() != null,
                address,
                bound == null ? address.getPort() : bound.getPort(),
                httpPrefix);
    }

    private InetSocketAddress address() {
        return http == null ? new AddressConverter().convert(DEFAULT_HTTP) : http;
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
     * Serves the API; the caller closes it.
     *
     * @throws IOException in one line, where the address cannot be bound
     */
    HttpApi start(Directory directory, PrometheusMeterRegistry registry, @Nullable TlsFiles tls, boolean newToken)
            throws IOException {
        InetSocketAddress address = address();
        token = Tokens.wanted(
                Tokens.Role.PEOPLE,
                address,
                peopleToken,
                newToken,
                StateFolder.of(System.getenv()),
                InstantSource.system());
        served = new HttpOptions(
                address,
                httpPrefix,
                token == null
                        ? null
                        : TokenHash.ofHex(
                                HexFormat.of().formatHex(token.sha256().bytes())),
                tls == null ? null : new dev.gradwatch.collector.sink.http.TlsFiles(tls.certificate(), tls.key()),
                names(),
                HttpLimits.DEFAULTS);
        HttpApi api = new HttpApi(served, directory, registry);
        try {
            bound = api.start();
        } catch (IOException e) {
            api.close();
            throw ListenErrors.explained("http", address, e);
        }
        return api;
    }

    /** Where it is served, with the port that was taken. */
    InetSocketAddress bound() {
        if (bound == null) {
            throw new IllegalStateException("bound: nothing yet (expected: start before it)");
        }
        return bound;
    }

    /** What to say of it at the start. */
    List<String> lines() {
        if (served == null || bound == null) {
            return List.of();
        }
        List<String> lines = new ArrayList<>();
        lines.add("serving " + (served.tls() == null ? "http" : "https") + "://"
                + AddressConverter.text(served.address(), bound.getPort()) + httpPrefix + "/");
        if (token != null && token.made() != null) {
            lines.addAll(TokenLines.ofToken("people need the token", token.fresh(), token, served.address()));
        }
        if (served.tls() == null && !Tokens.isLoopback(served.address())) {
            lines.add(
                    "people send their token as plain text (expected: --tls-cert and --tls-key on a network that others use)");
        }
        return lines;
    }
}
