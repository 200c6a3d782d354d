package dev.gradwatch.collector.cli.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.model.Gpu;
import dev.gradwatch.collector.model.GpuDriver;
import dev.gradwatch.collector.model.GpuProcess;
import dev.gradwatch.collector.model.GpuSample.Tenant;
import dev.gradwatch.collector.model.GpuThresholds;
import dev.gradwatch.collector.model.SampleGpus;
import dev.gradwatch.collector.pipeline.Jobs;
import dev.gradwatch.collector.sink.http.Directory.GpuPage;
import dev.gradwatch.collector.sink.http.Directory.GpuRow;
import java.util.List;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;

class GpuRowsTest {
    private final Jobs jobs = new Jobs();

    @Test
    void unread_isOffAndEmpty() {
        assertThat(GpuRows.page(GpuRows.NOT_READ, jobs))
                .isEqualTo(new GpuPage(GpuDriver.OFF, List.of(), GpuThresholds.DEFAULTS));
    }

    @Test
    void otherMachines_comeAfterThisOne() throws InterruptedException {
        SampledJobs.join(jobs, "b", 0, "node3");
        SampledJobs.join(jobs, "b", 1, "node2");
        SampledJobs.sample(jobs, "b", 0, 5, SampleGpus.sample("node3", "GPU-3", 90));
        SampledJobs.sample(jobs, "b", 1, 5, SampleGpus.sample("node2", "GPU-2", null, new Tenant(7, "Xorg", 1L, null)));
        SampledJobs.examine(jobs);

        GpuPage page = GpuRows.page(SampleGpus.reading(SampleGpus.full()), jobs);

        assertThat(page.driver()).isEqualTo(SampleGpus.DRIVER);
        assertThat(page.gpus())
                .extracting(GpuRow::host, row -> row.gpu().uuid())
                .containsExactly(
                        Tuple.tuple(SampleGpus.HOST, SampleGpus.UUID),
                        Tuple.tuple("node2", "GPU-2"),
                        Tuple.tuple("node3", "GPU-3"));
        Gpu second = page.gpus().get(1).gpu();
        assertThat(second.memory()).isEqualTo(new Gpu.Memory(40L << 30, 20L << 30, null));
        assertThat(second.gpuPercent()).isNull();
        assertThat(second.temperatureCelsius()).isEqualTo(55);
        assertThat(second.processes())
                .extracting(GpuProcess::pid, GpuProcess::rank, GpuProcess::job, GpuProcess::usedBytes)
                .containsExactly(
                        Tuple.tuple(7L, null, null, 1L),
                        Tuple.tuple(SampledJobs.PID + 1, 1, "b", 19 * SampleGpus.GIBIBYTE));
    }

    @Test
    void gpuOfThisMachine_isShownOnce() throws InterruptedException {
        SampledJobs.join(jobs, "a", 0, "a-container");
        SampledJobs.sample(jobs, "a", 0, 5, SampleGpus.sample("a-container", SampleGpus.UUID, 90));
        SampledJobs.examine(jobs);
        assertThat(GpuRows.page(SampleGpus.reading(SampleGpus.full()), jobs).gpus())
                .hasSize(1);
    }

    @Test
    void ranksOnOneGpu_areOneRow_withTheLatestFigures() throws InterruptedException {
        SampledJobs.join(jobs, "a", 0, "node2");
        SampledJobs.join(jobs, "a", 1, "node2");
        SampledJobs.join(jobs, "b", 5, "node2");
        SampledJobs.sample(
                jobs, "a", 0, 7, SampleGpus.sample("node2", "GPU-2", 70, new Tenant(9_001, "python", 2L, 1)));
        SampledJobs.sample(
                jobs,
                "a",
                1,
                6,
                SampleGpus.sample(
                        "node2", "GPU-2", 60, new Tenant(9_000, "python", 2L, 0), new Tenant(8, "Xorg", 3L, null)));
        SampledJobs.sample(jobs, "b", 5, 5, SampleGpus.sample("node2", "GPU-2", 50, new Tenant(8, "Xorg", 3L, null)));
        SampledJobs.examine(jobs);

        GpuPage page = GpuRows.page(SampleGpus.noDriver(), jobs);

        assertThat(page.driver().state()).isEqualTo(GpuDriver.State.NO_LIBRARY);
        assertThat(page.gpus()).hasSize(1);
        assertThat(page.gpus().get(0).gpu().gpuPercent()).isEqualTo(70);
        assertThat(page.gpus().get(0).gpu().processes())
                .extracting(GpuProcess::pid, GpuProcess::rank, GpuProcess::job)
                .containsExactly(
                        Tuple.tuple(8L, null, null),
                        Tuple.tuple(SampledJobs.PID, 0, "a"),
                        Tuple.tuple(SampledJobs.PID + 1, 1, "a"),
                        Tuple.tuple(SampledJobs.PID + 5, 5, "b"));
    }
}
