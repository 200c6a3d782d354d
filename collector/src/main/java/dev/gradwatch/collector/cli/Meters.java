package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.model.AlertState;
import dev.gradwatch.collector.model.GpuReading;
import dev.gradwatch.collector.pipeline.Jobs;
import dev.gradwatch.collector.sink.http.Directory;
import dev.gradwatch.collector.source.tcp.TcpCounts;
import dev.gradwatch.collector.source.tcp.TcpSource;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The collector's figures under Prometheus' names. */
final class Meters {
    /**
     * @param source where reporters connect; null where none can, as beside a recording
     * @param gpus the last reading of this machine's
     */
    static PrometheusMeterRegistry of(
            Jobs jobs, @Nullable TcpSource source, Directory directory, Supplier<GpuReading> gpus) {
        ScrapedRegistry registry = registry(gpus, jobs, System::nanoTime);
        registry.beforeScrape(new ChannelMeters(registry, directory::channels, Sidecar::nowMicros)::refresh);
        observations(registry, jobs, "analysed", Jobs.Counts::analysed);
        observations(registry, jobs, "merged", Jobs.Counts::merged);
        observations(registry, jobs, "rejected", Jobs.Counts::rejected);
        if (source != null) {
            frames(registry, source);
        }
        Gauge.builder("gradwatch.jobs.running", directory, d -> d.health().jobs())
                .description("Jobs that run")
                .register(registry);
        for (AlertState state : AlertState.values()) {
            if (state != AlertState.RESOLVED) {
                Gauge.builder(
                                "gradwatch.alerts",
                                directory,
                                d -> d.alerts(Set.of(state), null, Integer.MAX_VALUE)
                                        .size())
                        .tag("state", state.id())
                        .description("Alerts that are not resolved")
                        .register(registry);
            }
        }
        Gauge.builder(
                        "gradwatch.store.available",
                        directory,
                        d -> d.health().store().available() ? 1 : 0)
                .description("1 while the store takes what is written")
                .register(registry);
        Gauge.builder("gradwatch.store.pending", directory, d -> d.health().pendingWrites())
                .description("Parts that wait for the store")
                .register(registry);
        Gauge.builder("gradwatch.store.size", directory, d -> d.health().store().bytes())
                .baseUnit("bytes")
                .description("What the store takes on its disk")
                .register(registry);
        FunctionCounter.builder(
                        "gradwatch.store.lost", directory, d -> d.health().lost())
                .description("What had no room in memory while the store was away")
                .register(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        // Holds a listener until the process ends, as the registry does.
        new JvmGcMetrics().bindTo(registry);
        return registry;
    }

    /** A registry that looks at the GPUs whenever it is scraped. */
    static ScrapedRegistry registry(Supplier<GpuReading> gpus, Jobs jobs, LongSupplier nanos) {
        ScrapedRegistry registry = new ScrapedRegistry();
        registry.beforeScrape(new GpuMeters(registry, gpus, jobs, nanos)::refresh);
        return registry;
    }

    private static void observations(
            PrometheusMeterRegistry registry, Jobs jobs, String outcome, ToDoubleFunction<Jobs.Counts> count) {
        FunctionCounter.builder("gradwatch.observations", jobs, j -> count.applyAsDouble(j.counts()))
                .tag("outcome", outcome)
                .description("Facts that came, by what became of them")
                .register(registry);
    }

    private static void frames(PrometheusMeterRegistry registry, TcpSource source) {
        Gauge.builder("gradwatch.reporters.connected", source, TcpSource::connections)
                .description("Connections of reporters")
                .register(registry);
        count(registry, source, "gradwatch.frames", "accepted", TcpCounts::accepted);
        count(registry, source, "gradwatch.frames", "rejected", TcpCounts::rejected);
        count(registry, source, "gradwatch.frames", "skipped", TcpCounts::skipped);
        count(registry, source, "gradwatch.connections", "opened", TcpCounts::opened);
        count(registry, source, "gradwatch.connections", "refused", TcpCounts::refused);
        count(registry, source, "gradwatch.connections", "timed_out", TcpCounts::timedOut);
        count(registry, source, "gradwatch.connections", "malformed", TcpCounts::malformed);
        count(registry, source, "gradwatch.connections", "truncated", TcpCounts::truncated);
        count(registry, source, "gradwatch.connections", "over_budget", TcpCounts::overBudget);
        count(registry, source, "gradwatch.connections", "mismatched", TcpCounts::mismatched);
        count(registry, source, "gradwatch.connections", "handshake_failed", TcpCounts::handshakesFailed);
        count(registry, source, "gradwatch.connections", "shut_out", TcpCounts::shutOut);
    }

    private static void count(
            PrometheusMeterRegistry registry,
            TcpSource source,
            String name,
            String outcome,
            ToDoubleFunction<TcpCounts> count) {
        FunctionCounter.builder(name, source, s -> count.applyAsDouble(s.counts()))
                .tag("outcome", outcome)
                .description("What reporters sent, by what became of it")
                .register(registry);
    }

    private Meters() {}
}
