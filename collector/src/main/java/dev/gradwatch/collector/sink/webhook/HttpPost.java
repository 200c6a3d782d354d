package dev.gradwatch.collector.sink.webhook;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** By HTTP, through a proxy where one is named. Follows no redirect, since the message and its key would go to whom nobody configured. */
final class HttpPost implements Post {
    static final int MAX_ANSWER_BYTES = 65_536;
    static final Duration CONNECT = Duration.ofSeconds(5);
    static final Duration WHOLE = Duration.ofSeconds(15);

    private final HttpClient client;
    private final Duration whole;
    private final LongSupplier clock;

    /** @param proxy null for what the JVM is told to use */
    HttpPost(@Nullable URI proxy, Duration connect, Duration whole, LongSupplier clock) {
        ProxySelector selector = proxy == null
                ? ProxySelector.getDefault()
                : ProxySelector.of(InetSocketAddress.createUnresolved(proxy.getHost(), proxy.getPort()));
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(connect)
                .proxy(selector)
                .build();
        this.whole = whole;
        this.clock = clock;
    }

    @Override
    public Answer send(Call call) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(call.url())
                .timeout(whole)
                .header("Content-Type", "application/json; charset=utf-8")
                .header("User-Agent", "Gradwatch")
                .method(call.method(), HttpRequest.BodyPublishers.ofByteArray(call.body()));
        call.headers().forEach(request::header);
        CompletableFuture<HttpResponse<byte[]>> future =
                client.sendAsync(request.build(), info -> new FirstBytes(MAX_ANSWER_BYTES));
        try {
            // The request's own limit ends with the headers; a body may trickle for ever.
            HttpResponse<byte[]> response = future.get(whole.toMillis(), TimeUnit.MILLISECONDS);
            return new Answer(
                    response.statusCode(),
                    response.headers().firstValue("Retry-After").orElse(""),
                    new String(response.body(), StandardCharsets.UTF_8),
                    clock.getAsLong());
        } catch (TimeoutException e) {
            throw new IOException("no answer in " + whole.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            throw new IOException(reason(e.getCause()), e.getCause());
        } finally {
            future.cancel(true);
        }
    }

    private String reason(@Nullable Throwable cause) {
        if (cause instanceof java.net.http.HttpConnectTimeoutException) {
            return "no connection in time";
        }
        if (cause instanceof java.net.http.HttpTimeoutException) {
            return "no answer in " + whole.toMillis() + " ms";
        }
        if (cause instanceof java.net.ConnectException) {
            return "connection refused, or the host is not known";
        }
        if (cause instanceof javax.net.ssl.SSLException) {
            return "TLS: " + cause.getMessage();
        }
        return cause == null
                ? "no answer"
                : cause.getClass().getSimpleName() + (cause.getMessage() == null ? "" : ": " + cause.getMessage());
    }
}
