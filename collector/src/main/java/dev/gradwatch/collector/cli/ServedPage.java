package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.sink.http.Directory;
import dev.gradwatch.collector.sink.http.HttpApi;
import dev.gradwatch.collector.sink.http.HttpOptions;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The API and the page while they are served. Thread-safe; whoever starts it closes it, and may do so twice. */
final class ServedPage implements AutoCloseable {
    private final HttpApi api;
    private final HttpOptions options;
    private final Tokens.@Nullable Wanted token;
    private final InetSocketAddress bound;

    private ServedPage(HttpApi api, HttpOptions options, Tokens.@Nullable Wanted token, InetSocketAddress bound) {
        this.api = api;
        this.options = options;
        this.token = token;
        this.bound = bound;
    }

    /** @throws IOException in one line, where the address cannot be bound */
    static ServedPage start(
            HttpOptions options, Tokens.@Nullable Wanted token, Directory directory, PrometheusMeterRegistry registry)
            throws IOException {
        HttpApi api = new HttpApi(options, directory, registry);
        try {
            return new ServedPage(api, options, token, api.start());
        } catch (IOException e) {
            api.close();
            throw ListenErrors.explained("http", options.address(), e);
        }
    }

    /** Where it is served, with the port that was taken. */
    InetSocketAddress bound() {
        return bound;
    }

    /** Where a person looks: the host as it was asked for, since a socket bound to 0.0.0.0 calls itself by another name. */
    String url() {
        return (options.tls() == null ? "http" : "https") + "://"
                + AddressConverter.text(options.address(), bound.getPort()) + options.prefix() + "/";
    }

    /** As other machines reach it, as far as this one can know. */
    String reachable() {
        return PublicUrl.served(options.tls() != null, options.address(), bound.getPort(), options.prefix());
    }

    /** Where a person looks at one job. */
    String url(String job) {
        return url() + "#/jobs/"
                + URLEncoder.encode(job, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** What to say at the start of who may look. */
    List<String> tokenLines() {
        List<String> lines = new ArrayList<>();
        if (token != null && token.made() != null) {
            lines.addAll(TokenLines.ofToken("people need the token", token.fresh(), token, options.address()));
        }
        if (options.tls() == null && !Tokens.isLoopback(options.address())) {
            lines.add(
                    "people send their token as plain text (expected: --tls-cert and --tls-key on a network that others use)");
        }
        return lines;
    }

    @Override
    public void close() {
        api.close();
    }
}
