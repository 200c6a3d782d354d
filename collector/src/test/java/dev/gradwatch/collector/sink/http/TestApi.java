package dev.gradwatch.collector.sink.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gradwatch.collector.sink.http.guard.TokenHash;
import io.micrometer.core.instrument.Counter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;

/** A real server over a {@link FakeDirectory}, and a client of it. Its rates' time stands still until a test moves it. */
final class TestApi implements AutoCloseable {
    static final String TOKEN = "a-token-of-people";
    static final HttpLimits.Rates NO_RATES = new HttpLimits.Rates(1e6, 1_000_000, 1_000_000, 10_000);

    final FakeDirectory directory;
    final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    final AtomicLong nanos = new AtomicLong(1);
    final AtomicLong epochSeconds = new AtomicLong(1_767_225_700L);
    final HttpApi api;
    final InetSocketAddress address;
    private final String prefix;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    TestApi(HttpOptions options, FakeDirectory directory) {
        this.directory = directory;
        this.prefix = options.prefix();
        Clock clock = new Clock() {
            @Override
            public Instant instant() {
                return Instant.ofEpochSecond(epochSeconds.get());
            }

            @Override
            public java.time.ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(java.time.ZoneId zone) {
                return this;
            }
        };
        api = new HttpApi(options, directory, registry, clock, nanos::get);
        try {
            address = api.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static HttpOptions options() {
        return HttpOptions.of(loopback(0)).withLimits(HttpLimits.DEFAULTS.with(NO_RATES));
    }

    static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    static TestApi open() {
        return new TestApi(options(), new FakeDirectory());
    }

    static TestApi withToken() {
        return new TestApi(options().withToken(TokenHash.of(TOKEN)), new FakeDirectory());
    }

    static TestApi of(HttpOptions options) {
        return new TestApi(options, new FakeDirectory());
    }

    /** A template with the sample's ids in it. */
    static String filled(String template) {
        return template.replace("/jobs/{id}", "/jobs/" + encoded(FakeDirectory.JOB))
                .replace("/alerts/{id}", "/alerts/" + FakeDirectory.ALERT);
    }

    static String encoded(String id) {
        return URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
    }

    int port() {
        return address.getPort();
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + prefix + path))
                .timeout(Duration.ofSeconds(20));
    }

    HttpResponse<String> get(String path, String... headers) {
        HttpRequest.Builder request = request(path);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request);
    }

    HttpResponse<String> post(String path, String body, String... headers) {
        HttpRequest.Builder request =
                request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request);
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        return send(request, BodyHandlers.ofString());
    }

    <T> HttpResponse<T> send(HttpRequest.Builder request, HttpResponse.BodyHandler<T> handler) {
        try {
            return client.send(request.build(), handler);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static JsonNode json(HttpResponse<String> response) {
        try {
            return Json.MAPPER.readTree(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(response.body(), e);
        }
    }

    double refused(Refusal refusal) {
        Counter counter = registry.find("gradwatch.http.refused")
                .tag("reason", refusal.id())
                .counter();
        return counter == null ? 0 : counter.count();
    }

    @Override
    public void close() {
        api.close();
    }
}
