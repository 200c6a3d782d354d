package dev.gradwatch.collector.sink.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gradwatch.collector.sink.http.Directory.Health;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** How the collector is, in figures for people and for Prometheus, and what the API is. */
final class HealthRoutes {
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
    private static final String OPEN_METRICS = "application/openmetrics-text";

    private final Directory directory;
    private final PrometheusMeterRegistry registry;
    private final byte[] document;

    HealthRoutes(Directory directory, PrometheusMeterRegistry registry) {
        this.directory = directory;
        this.registry = registry;
        this.document = document();
    }

    List<Endpoint> endpoints() {
        return List.of(
                Endpoint.get("/api/health", this::health).forAnyone(),
                Endpoint.get("/metrics", this::metrics),
                Endpoint.get("/api/openapi.json", call -> Answer.ok(Answer.JSON, document)));
    }

    private Answer health(Call call) {
        if (!call.trusted()) {
            // Enough for a probe. That it says ok where the store is away is meant: a restart would not bring that
            // back.
            return Answer.ok(Json.object().put("status", "ok"));
        }
        Health health = directory.health();
        ObjectNode body = Json.object()
                .put("status", health.store().available() ? "ok" : "degraded")
                .put("version", health.version())
                .put("uptime_seconds", health.uptimeSeconds())
                .put("jobs", health.jobs())
                .put("reporters", health.reporters());
        body.putObject("store")
                .put("kind", health.store().kind())
                .put("available", health.store().available())
                .put("reason", health.store().reason())
                .put("bytes", health.store().bytes());
        return Answer.ok(body.put("pending_writes", health.pendingWrites())
                .put("lost", health.lost())
                .put("reporter_port", health.reporterPort()));
    }

    private Answer metrics(Call call) {
        String accept = call.accept();
        boolean open = accept != null && accept.contains(OPEN_METRICS);
        String type = open ? OPEN_METRICS + "; version=1.0.0; charset=utf-8" : PROMETHEUS;
        return Answer.ok(type, registry.scrape(type).getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] document() {
        try (InputStream stream = HealthRoutes.class.getResourceAsStream("openapi.json")) {
            if (stream == null) {
                throw new IllegalStateException("openapi.json: missing (expected: beside " + HealthRoutes.class + ")");
            }
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
