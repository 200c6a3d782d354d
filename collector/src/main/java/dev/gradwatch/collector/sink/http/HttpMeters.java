package dev.gradwatch.collector.sink.http;

import dev.gradwatch.collector.sink.http.stream.Streams;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/** The API's own figures. Thread-safe. Every refusal has its counter from the start, so that a rate can be made of it. */
final class HttpMeters {
    /** What a dashboard wants to tell apart: at once, noticed, waited for. */
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(5),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(250),
        Duration.ofSeconds(1)
    };

    private final MeterRegistry registry;
    private final Map<Refusal, Counter> refused = new EnumMap<>(Refusal.class);

    HttpMeters(MeterRegistry registry) {
        this.registry = registry;
        for (Refusal refusal : Refusal.values()) {
            refused.put(
                    refusal,
                    Counter.builder("gradwatch.http.refused")
                            .description("Requests that were not answered with what they asked for")
                            .tag("reason", refusal.id())
                            .register(registry));
        }
    }

    void refused(Refusal refusal) {
        Objects.requireNonNull(refused.get(refusal)).increment();
    }

    /** @param route its template, so that there are few */
    void answered(String method, String route, int status, Duration time) {
        Timer.builder("gradwatch.http.requests")
                .description(
                        "Time from a request's head to the end of its answer; of an event stream, to its beginning")
                .serviceLevelObjectives(BUCKETS)
                .tag("method", method)
                .tag("route", route)
                .tag("status", Integer.toString(status))
                .register(registry)
                .record(time);
    }

    void watch(Streams streams, AtomicInteger connections) {
        Gauge.builder("gradwatch.http.streams", streams, Streams::open)
                .description("Clients that listen to events")
                .register(registry);
        Gauge.builder("gradwatch.http.connections", connections, AtomicInteger::get)
                .description("Connections that are open")
                .register(registry);
        FunctionCounter.builder("gradwatch.http.streams.cut", streams, Streams::cut)
                .description("Event streams that were ended because their client did not read")
                .register(registry);
    }
}
