package dev.gradwatch.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.cli.sidecar.SampledJobs;
import dev.gradwatch.collector.model.Gpu;
import dev.gradwatch.collector.model.GpuReading;
import dev.gradwatch.collector.model.SampleGpus;
import dev.gradwatch.collector.pipeline.Jobs;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class GpuMetersTest {
    private static final String CONTENT = "text/plain; version=0.0.4; charset=utf-8";
    private static final String LABELS =
            "{gpu=\"0\",host=\"node1\",name=\"NVIDIA H100 80GB HBM3\",uuid=\"" + SampleGpus.UUID + "\"} ";

    private final AtomicReference<GpuReading> reading =
            new AtomicReference<>(SampleGpus.reading(SampleGpus.full(), SampleGpus.bare(1, Gpu.State.OK)));
    private final AtomicInteger reads = new AtomicInteger();
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private final Jobs jobs = new Jobs();
    private final PrometheusMeterRegistry registry = Meters.registry(
            () -> {
                reads.incrementAndGet();
                return reading.get();
            },
            jobs,
            nanos::get);

    @Test
    void scrape_hasAllInBaseUnits() {
        assertThat(registry.scrape(CONTENT).lines())
                .contains(
                        "gradwatch_gpu_driver_available 1.0",
                        "gradwatch_gpu_memory_used_bytes" + LABELS + "6.576668672E10",
                        "gradwatch_gpu_memory_total_bytes" + LABELS + "8.589934592E10",
                        "gradwatch_gpu_utilization_ratio" + LABELS + "0.97",
                        "gradwatch_gpu_temperature_celsius" + LABELS + "71.0",
                        "gradwatch_gpu_power_watts" + LABELS + "612.25",
                        "gradwatch_gpu_power_limit_watts" + LABELS + "700.0",
                        "gradwatch_gpu_throttled" + LABELS + "1.0",
                        "gradwatch_gpu_ecc_uncorrected" + LABELS + "0.0")
                .noneMatch(line -> line.contains("GPU-1"));
    }

    @Test
    void ranks_haveTheirMemory() throws InterruptedException {
        SampledJobs.join(jobs, "a", 3, "node2");
        SampledJobs.sample(jobs, "a", 3, 5, SampleGpus.sample("node2", "GPU-2", 90));
        SampledJobs.examine(jobs);
        assertThat(registry.scrape(CONTENT))
                .contains("gradwatch_rank_gpu_memory_used_bytes{job=\"a\",rank=\"3\"} 2.0401094656E10\n");
    }

    @Test
    void gpuThatIsGone_isGone_afterASecond() {
        registry.scrape(CONTENT);
        reading.set(SampleGpus.noDriver());
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(1) - 1);
        assertThat(registry.scrape(CONTENT)).contains("gradwatch_gpu_memory_used_bytes" + LABELS);
        nanos.addAndGet(1);
        assertThat(registry.scrape(CONTENT))
                .contains("gradwatch_gpu_driver_available 0.0")
                .doesNotContain(SampleGpus.UUID);
        reading.set(SampleGpus.reading(SampleGpus.full()));
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
        assertThat(registry.scrape(CONTENT)).contains("gradwatch_gpu_memory_used_bytes" + LABELS);
    }

    @Test
    void otherClocks_areNotThrottling() {
        Gpu gpu = SampleGpus.full();
        reading.set(SampleGpus.reading(new Gpu(
                gpu.index(),
                gpu.uuid(),
                null,
                null,
                gpu.name(),
                gpu.state(),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                Gpu.SW_POWER_CAP | Gpu.GPU_IDLE,
                null,
                null,
                gpu.processes())));
        assertThat(registry.scrape(CONTENT)).contains("gradwatch_gpu_throttled" + LABELS + "0.0");
    }
}
