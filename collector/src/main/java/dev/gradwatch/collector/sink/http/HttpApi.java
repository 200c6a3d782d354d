package dev.gradwatch.collector.sink.http;

import dev.gradwatch.collector.sink.http.guard.AddressRates;
import dev.gradwatch.collector.sink.http.guard.AllowedHosts;
import dev.gradwatch.collector.sink.http.guard.ConnectionGuard;
import dev.gradwatch.collector.sink.http.guard.Sessions;
import dev.gradwatch.collector.sink.http.stream.Backlog;
import dev.gradwatch.collector.sink.http.stream.Streams;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The API's server. {@link #start} binds; {@link #close} ends event streams politely, takes at most 3 seconds, and may be called twice.
 * Whoever made it closes it, also where it did not start. Thread-safe.
 *
 * <p>Two event loops, which nothing blocks, and a bounded pool that asks the directory. All that a client can make grow has a limit in
 * {@link HttpLimits}.
 */
public final class HttpApi implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HttpApi.class);

    private static final int EVENT_LOOPS = 2;
    private static final int START_SECONDS = 20;
    private static final Duration POLITE = Duration.ofSeconds(1);
    private static final int CLOSE_SECONDS = 1;

    private final HttpOptions options;
    private final Directory directory;
    private final Workers workers;
    private final StaticFiles pageFiles = new StaticFiles(HttpApi.class.getClassLoader());
    private final Streams streams;
    private final List<Endpoint> endpoints;
    private final Requests requests;
    private final EventRoute events;
    private final HttpMeters meters;
    private final AtomicInteger connections = new AtomicInteger();
    private @Nullable Vertx vertx;
    private @Nullable HttpServer server;
    private @Nullable AutoCloseable subscription;
    private boolean closed;

    public HttpApi(HttpOptions options, Directory directory, PrometheusMeterRegistry registry) {
        this(options, directory, registry, InstantSource.system(), System::nanoTime);
    }

    HttpApi(
            HttpOptions options,
            Directory directory,
            PrometheusMeterRegistry registry,
            InstantSource clock,
            LongSupplier nanos) {
        HttpLimits limits = options.limits();
        HttpLimits.Rates rates = limits.rates();
        this.options = options;
        this.directory = directory;
        workers = new Workers(limits.workers(), limits.workQueue());
        Backlog backlog = (micros, limit) -> directory.eventsAfter(micros, limit).stream()
                .map(event -> EventRoute.frame(new Directory.Event.OfAlert(event)))
                .toList();
        long nowMicros = Json.micros(clock.instant());
        streams = new Streams(limits.streams(), backlog, workers, nowMicros);
        meters = new HttpMeters(registry);
        meters.watch(streams, connections);
        Sessions sessions = new Sessions(limits.sessions(), limits.sessionLife(), clock);
        SessionCookie cookie = SessionCookie.of(options.address().getPort(), options.prefix(), options.tls() != null);
        AddressRates logins =
                new AddressRates(rates.loginsPerMinute() / 60.0, rates.loginsPerMinute(), rates.addresses(), nanos);
        endpoints = new ArrayList<>();
        endpoints.addAll(new HealthRoutes(directory, registry).endpoints());
        endpoints.addAll(new JobRoutes(directory).endpoints());
        endpoints.addAll(new GpuRoutes(directory).endpoints());
        endpoints.addAll(new AlertRoutes(directory, clock).endpoints());
        endpoints.addAll(new ChannelRoutes(directory).endpoints());
        endpoints.addAll(new LoginRoutes(options.token(), sessions, logins, cookie).endpoints());
        endpoints.add(Endpoint.stream("/api/events"));
        Gate gate = new Gate(
                new AddressRates(rates.perSecond(), rates.burst(), rates.addresses(), nanos),
                AllowedHosts.of(options.address(), options.hosts()),
                options.token(),
                sessions,
                cookie);
        requests = new Requests(
                gate, new BodyReader(limits.bodyBytes()), workers, meters, nanos, PagePolicy.of(pageFiles));
        events = new EventRoute(streams, gate);
    }

    /** Every route but the page's files. */
    List<Endpoint> endpoints() {
        return List.copyOf(endpoints);
    }

    /**
     * Binds and begins to answer.
     *
     * @return the address bound, with the port taken
     * @throws IOException with the address and the reason where it cannot be bound, or where the certificate is no use
     */
    public synchronized InetSocketAddress start() throws IOException {
        InetSocketAddress address = options.address();
        if (vertx != null || closed) {
            throw new IllegalStateException("start: called before (expected: once)");
        }
        if (address.isUnresolved()) {
            throw new IOException(address + ": unresolved address");
        }
        Vertx started = vertx();
        vertx = started;
        HttpServerOptions serverOptions = serverOptions(options);
        TlsFiles files = options.tls();
        TlsReload reload = files == null ? null : new TlsReload(files, started);
        if (reload != null) {
            serverOptions.setSsl(true).setKeyCertOptions(reload.first());
        }
        Routes routes = new Routes(options.prefix(), endpoints, requests, events, pageFiles);
        HttpServer listening = started.createHttpServer(serverOptions)
                .connectionHandler(this::connected)
                .invalidRequestHandler(requests::invalid)
                .requestHandler(routes.router(started));
        await(listening.listen(SocketAddress.inetSocketAddress(address)), address);
        server = listening;
        if (reload != null) {
            reload.watch(listening, workers);
        }
        subscription = directory.subscribe(event -> streams.publish(EventRoute.frame(event)));
        return new InetSocketAddress(address.getAddress(), listening.actualPort());
    }

    private static Vertx vertx() {
        return Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(EVENT_LOOPS)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setUseDaemonThread(true)
                // Without these it makes a folder for copies of class path files.
                .setFileSystemOptions(new FileSystemOptions()
                        .setClassPathResolvingEnabled(false)
                        .setFileCachingEnabled(false)));
    }

    /** HTTP/1.1 alone: deadlines and bounds of a connection are those of its one request. */
    private static HttpServerOptions serverOptions(HttpOptions options) {
        HttpLimits limits = options.limits();
        return new HttpServerOptions()
                .setUseAlpn(false)
                .setHttp2ClearTextEnabled(false)
                .setHandle100ContinueAutomatically(true)
                .setTcpKeepAlive(true)
                .setMaxInitialLineLength(limits.urlBytes())
                .setMaxHeaderSize(limits.headerBytes())
                .setSslHandshakeTimeout(limits.request().toMillis())
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                .setIdleTimeout(Math.toIntExact(limits.idle().toMillis()));
    }

    private void connected(HttpConnection connection) {
        if (connections.incrementAndGet() > options.limits().connections()) {
            connections.decrementAndGet();
            meters.refused(Refusal.CONNECTIONS);
            ConnectionGuard.cut(connection);
            return;
        }
        connection.closeHandler(closing -> connections.decrementAndGet());
        ConnectionGuard.add(connection, options.limits().request(), () -> meters.refused(Refusal.SLOW_HEADER));
    }

    private static void await(Future<?> future, InetSocketAddress address) throws IOException {
        try {
            future.toCompletionStage().toCompletableFuture().get(START_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(address + ": " + cause.getMessage(), cause);
        } catch (TimeoutException e) {
            throw new IOException(address + ": not bound after " + START_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(address + ": interrupted", e);
        }
    }

    /** Requests that are under way get a second; answers later than that are lost. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (subscription != null) {
            quietly("unsubscribe", subscription);
        }
        streams.close();
        if (server != null) {
            HttpServer listening = server;
            quietly(
                    "stop",
                    () -> listening
                            .shutdown(POLITE)
                            .toCompletionStage()
                            .toCompletableFuture()
                            .get(POLITE.toMillis() + 500, TimeUnit.MILLISECONDS));
        }
        workers.close();
        if (vertx != null) {
            Vertx running = vertx;
            quietly(
                    "end",
                    () -> running.close()
                            .toCompletionStage()
                            .toCompletableFuture()
                            .get(CLOSE_SECONDS, TimeUnit.SECONDS));
        }
    }

    private static void quietly(String what, AutoCloseable step) {
        try {
            step.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            log.debug("The API's {} was not clean: {}", what, e.toString());
        }
    }
}
