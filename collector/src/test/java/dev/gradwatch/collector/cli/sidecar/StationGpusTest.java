package dev.gradwatch.collector.cli.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gradwatch.collector.model.GpuDriver;
import dev.gradwatch.collector.model.SampleGpus;
import dev.gradwatch.collector.model.SeriesPoint;
import dev.gradwatch.collector.pipeline.Jobs;
import dev.gradwatch.collector.sink.http.Directory;
import dev.gradwatch.collector.sink.store.Store.Retention;
import dev.gradwatch.collector.sink.store.Store.SeriesFilter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole station, from a rank's sample to what the API answers from. */
class StationGpusTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    @Test
    void samples_becomeSeriesAndRows() throws Exception {
        Jobs jobs = new Jobs();
        try (Station station = Station.open(
                "jdbc:sqlite:" + folder.resolve("jobs.db"),
                new Retention(Long.MAX_VALUE / 4, 0),
                "0",
                () -> SampleGpus.MICROS)) {
            Directory directory = station.watch(jobs, () -> 1);
            assertThat(directory.gpus().driver()).isEqualTo(GpuDriver.OFF);

            SampledJobs.join(jobs, "a", 0, "node2");
            SampledJobs.sample(jobs, "a", 0, 5, SampleGpus.sample("node2", "GPU-2", 90));
            await().atMost(PATIENCE)
                    .until(() -> !steps(directory, new SeriesFilter(Set.of("gpu_percent"), true))
                            .isEmpty());
            SampledJobs.sample(jobs, "a", 0, 6, SampleGpus.sample("node2", "GPU-2", 10));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(steps(directory, new SeriesFilter(Set.of("gpu_percent"), true)))
                            .hasSize(2)
                            .allMatch(point -> point.count() == 2 && point.min() == 10 && point.max() == 90));
            assertThat(steps(directory, new SeriesFilter(Set.of(), false)))
                    .extracting(SeriesPoint::series)
                    .contains("gpu_percent", "gpu_power_watts")
                    .doesNotContain("gpu_percent/rank.0");

            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(directory.job("a").orElseThrow().gpuPercent())
                                    .isEqualTo(10));

            station.gpus(() -> SampleGpus.reading(SampleGpus.full()));
            assertThat(directory.gpus().driver()).isEqualTo(SampleGpus.DRIVER);
            assertThat(directory.gpus().gpus())
                    .extracting(Directory.GpuRow::host)
                    .containsExactly(SampleGpus.HOST, "node2");
        }
    }

    private static List<SeriesPoint> steps(Directory directory, SeriesFilter filter) {
        return directory.steps("a", filter, 0, Long.MAX_VALUE, 300).orElse(List.of());
    }
}
