package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.model.Gpu;
import dev.gradwatch.collector.model.GpuDriver;
import dev.gradwatch.collector.model.GpuReading;
import dev.gradwatch.collector.model.Observation.GpuSampled;
import dev.gradwatch.collector.model.ThrottleReason;
import dev.gradwatch.collector.pipeline.Examination;
import dev.gradwatch.collector.pipeline.Jobs;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * This machine's GPUs and the memory of each rank, under Prometheus' names. They follow what there is when {@link #refresh} is called, at most once a
 * second; a GPU that is gone, and a figure that the driver does not say, have no line. Thread-safe.
 */
final class GpuMeters {
    private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final double PERCENT = 100;

    private final Supplier<GpuReading> reading;
    private final Jobs jobs;
    private final LongSupplier nanos;
    private final List<Figure> figures;
    private final MultiGauge rankMemory;
    private long refreshedNanos;
    private boolean refreshed;

    /** @param value null where there is none */
    private record Figure(MultiGauge gauge, Function<Gpu, @Nullable Number> value) {}

    GpuMeters(MeterRegistry registry, Supplier<GpuReading> reading, Jobs jobs, LongSupplier nanos) {
        this.reading = reading;
        this.jobs = jobs;
        this.nanos = nanos;
        Gauge.builder("gradwatch.gpu.driver.available", reading, GpuMeters::available)
                .description("1 while NVIDIA's driver answers")
                .strongReference(true)
                .register(registry);
        figures = List.of(
                figure(registry, "gradwatch.gpu.memory.used", "bytes", "Memory in use", GpuMeters::usedBytes),
                figure(registry, "gradwatch.gpu.memory.total", "bytes", "Memory that it has", GpuMeters::totalBytes),
                figure(
                        registry,
                        "gradwatch.gpu.utilization",
                        "ratio",
                        "Share of the time in which it computed",
                        GpuMeters::utilization),
                figure(registry, "gradwatch.gpu.temperature", "celsius", "How hot it is", Gpu::temperatureCelsius),
                figure(registry, "gradwatch.gpu.power", "watts", "What it draws", Gpu::powerWatts),
                figure(registry, "gradwatch.gpu.power.limit", "watts", "What it may draw", Gpu::powerLimitWatts),
                figure(
                        registry,
                        "gradwatch.gpu.throttled",
                        null,
                        "1 while heat or the power supply slows it down",
                        GpuMeters::throttled),
                figure(
                        registry,
                        "gradwatch.gpu.ecc.uncorrected",
                        null,
                        "Memory errors that could not be corrected, since the driver was loaded",
                        GpuMeters::uncorrected));
        rankMemory = MultiGauge.builder("gradwatch.rank.gpu.memory.used")
                .baseUnit("bytes")
                .description("GPU memory of a rank and the processes that it started")
                .register(registry);
    }

    private static Figure figure(
            MeterRegistry registry,
            String name,
            @Nullable String unit,
            String description,
            Function<Gpu, @Nullable Number> value) {
        return new Figure(
                MultiGauge.builder(name).baseUnit(unit).description(description).register(registry), value);
    }

    private static double available(Supplier<GpuReading> reading) {
        return reading.get().driver().state() == GpuDriver.State.OK ? 1 : 0;
    }

    private static @Nullable Number usedBytes(Gpu gpu) {
        return gpu.memory() == null ? null : gpu.memory().usedBytes();
    }

    private static @Nullable Number totalBytes(Gpu gpu) {
        return gpu.memory() == null ? null : gpu.memory().totalBytes();
    }

    private static @Nullable Number utilization(Gpu gpu) {
        return gpu.gpuPercent() == null ? null : gpu.gpuPercent() / PERCENT;
    }

    private static @Nullable Number throttled(Gpu gpu) {
        Long throttle = gpu.throttle();
        return throttle == null ? null : ThrottleReason.harmful(throttle).isEmpty() ? 0 : 1;
    }

    private static @Nullable Number uncorrected(Gpu gpu) {
        return gpu.errors() == null ? null : gpu.errors().uncorrected();
    }

    /** Takes the lines of what is there now; does nothing within a second of the last time. */
    synchronized void refresh() {
        long now = nanos.getAsLong();
        if (refreshed && now - refreshedNanos < REST_NANOS) {
            return;
        }
        refreshed = true;
        refreshedNanos = now;
        GpuReading latest = reading.get();
        for (Figure figure : figures) {
            List<MultiGauge.Row<?>> rows = new ArrayList<>();
            for (Gpu gpu : latest.gpus()) {
                Number value = figure.value().apply(gpu);
                if (value != null) {
                    rows.add(MultiGauge.Row.of(tags(latest.host(), gpu), value));
                }
            }
            figure.gauge().register(rows, true);
        }
        rankMemory.register(ranks(), true);
    }

    private static Tags tags(String host, Gpu gpu) {
        return Tags.of("host", host, "gpu", Integer.toString(gpu.index()), "uuid", gpu.uuid(), "name", gpu.name());
    }

    private List<MultiGauge.Row<?>> ranks() {
        List<MultiGauge.Row<?>> rows = new ArrayList<>();
        for (String job : jobs.ids()) {
            for (GpuSampled sampled : jobs.examined(job).map(Examination::gpus).orElse(List.of())) {
                Long bytes = sampled.sample().rankBytes();
                if (bytes != null) {
                    rows.add(MultiGauge.Row.of(Tags.of("job", job, "rank", Integer.toString(sampled.rank())), bytes));
                }
            }
        }
        return rows;
    }
}
