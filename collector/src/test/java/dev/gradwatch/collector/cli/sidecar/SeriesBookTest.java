package dev.gradwatch.collector.cli.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.model.GpuSample;
import dev.gradwatch.collector.model.JobSummary;
import dev.gradwatch.collector.model.ModelSample;
import dev.gradwatch.collector.model.Observation.GpuSampled;
import dev.gradwatch.collector.model.SampleGpus;
import dev.gradwatch.collector.model.SampleReports;
import dev.gradwatch.collector.model.SeriesPoint;
import dev.gradwatch.collector.sink.http.Directory.Recent;
import dev.gradwatch.collector.sink.store.Batch;
import dev.gradwatch.collector.sink.store.Store;
import dev.gradwatch.collector.sink.store.Store.Retention;
import dev.gradwatch.collector.sink.store.Store.SeriesFilter;
import dev.gradwatch.collector.sink.store.Stores;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SeriesBookTest {
    private static final long SECOND = 1_000_000;
    private static final long HOUR = 3_600 * SECOND;
    private static final long NOW = 1_790_000_040L * SECOND;

    private final SeriesBook book = new SeriesBook();

    @TempDir
    Path folder;

    @Test
    void gpus_haveSeriesOfTheJobAndOfEachRank() {
        book.add("a", List.of(sampled(0, 1, 90), sampled(3, 1, 10)), 2, 17, NOW);
        assertThat(book.open("a"))
                .extracting(SeriesPoint::series)
                .containsExactlyInAnyOrder(
                        "gpu_percent",
                        "gpu_percent/rank.0",
                        "gpu_percent/rank.3",
                        "gpu_memory_used_bytes",
                        "gpu_memory_used_bytes/rank.0",
                        "gpu_memory_used_bytes/rank.3",
                        "gpu_memory_rank_bytes",
                        "gpu_memory_rank_bytes/rank.0",
                        "gpu_memory_rank_bytes/rank.3",
                        "gpu_temperature_celsius",
                        "gpu_temperature_celsius/rank.0",
                        "gpu_temperature_celsius/rank.3",
                        "gpu_power_watts",
                        "gpu_power_watts/rank.0",
                        "gpu_power_watts/rank.3");
        assertThat(open("gpu_percent"))
                .isEqualTo(new SeriesPoint("a", "gpu_percent", NOW, 10 * SECOND, 17, 2, 100, 10, 90));
        assertThat(open("gpu_percent/rank.3").mean()).isEqualTo(10);
    }

    @Test
    void recentValues_areTenMinutesOfTheGpus_elseOfTheStepTime() {
        assertThat(book.recent("a")).isEmpty();
        for (int span = 0; span < 100; span++) {
            book.add(
                    "a",
                    List.of(new ModelSample(0, "net", span, span, 1_000_000L * (span + 1), Double.NaN)),
                    NOW + span * 10 * SECOND);
        }
        assertThat(book.recent("a").orElseThrow().series()).isEqualTo("step_time_seconds");
        assertThat(book.recent("a").orElseThrow().values())
                .hasSize(60)
                .startsWith(0.041)
                .endsWith(0.1);

        book.add("a", List.of(sampled(0, 1, 90), sampled(1, 1, 10)), 2, 17, NOW);
        book.add("a", List.of(sampled(0, 2, 80), sampled(1, 2, 60)), 2, 17, NOW + 10 * SECOND);
        assertThat(book.recent("a")).contains(new Recent("gpu_percent", 10, List.of(50.0, 70.0)));

        book.finish("a");
        assertThat(book.recent("a")).isEmpty();
    }

    @Test
    void sampleThatWasCounted_isNotCountedAgain() {
        for (int look = 0; look < 10; look++) {
            book.add("a", List.of(sampled(0, 1, 90)), 1, 17, NOW + look);
        }
        assertThat(open("gpu_percent").count()).isEqualTo(1);
        book.add("a", List.of(sampled(0, 2, 90)), 1, 17, NOW + 20);
        assertThat(open("gpu_percent").count()).isEqualTo(2);

        book.finish("a");
        assertThat(book.add("a", List.of(sampled(0, 2, 90)), 1, 17, NOW + 30)).isEmpty();
        assertThat(book.open("a")).isEmpty();
        book.forget(Set.of());
        book.add("a", List.of(sampled(0, 2, 90)), 1, 17, NOW + 40);
        assertThat(open("gpu_percent").count()).isEqualTo(1);
    }

    @Test
    void whatTheDriverDoesNotSay_hasNoSeries() {
        book.add("a", List.of(sampled(0, 1, null)), 1, 17, NOW);
        assertThat(book.open("a"))
                .extracting(SeriesPoint::series)
                .noneMatch(series -> series.startsWith("gpu_percent"));
    }

    @Test
    void largeJobs_haveSeriesOfTheJobAlone() {
        List<GpuSampled> sixtyFour =
                IntStream.range(0, 64).mapToObj(rank -> sampled(rank, 1, rank)).toList();
        book.add("a", sixtyFour, 64, 17, NOW);
        assertThat(book.open("a")).hasSize(5 * 65);
        book.add("b", sixtyFour, 65, 17, NOW);
        assertThat(book.open("b")).hasSize(5);
    }

    @Test
    void aDay_comesBackInFewPointsWithItsExtremes() {
        try (Store store = Stores.open("jdbc:sqlite:" + folder.resolve("jobs.db"))) {
            JobSummary job = JobSummary.of(SampleReports.healthy(List.of()), NOW);
            store.write(new Batch(
                    List.of(new Batch.JobRow(job, new byte[] {1})), List.of(), List.of(), List.of(), List.of()));
            List<SeriesPoint> points = new ArrayList<>();
            for (int second = 0; second < 24 * 3_600; second++) {
                long micros = NOW + second * SECOND;
                points.addAll(book.add(
                        job.id(), List.of(busy(0, micros, second), busy(1, micros, second + 1)), 2, second, micros));
            }
            points.addAll(book.finish(job.id()));
            store.write(new Batch(List.of(), List.of(), List.of(), List.of(), points));
            long fine = count(store, job.id(), Integer.MAX_VALUE);
            store.maintain(NOW + 24 * HOUR, new Retention(10_000 * HOUR, 0));

            assertThat(fine).isEqualTo(8_640);
            // Two hours of ten seconds, the rest of minutes.
            assertThat(count(store, job.id(), Integer.MAX_VALUE)).isEqualTo(720 + 22 * 60);
            List<SeriesPoint> day =
                    store.series(job.id(), new SeriesFilter(Set.of("gpu_percent"), false), 0, Long.MAX_VALUE, 300);
            assertThat(day)
                    .hasSizeBetween(200, 300)
                    .allMatch(point -> point.series().equals("gpu_percent"));
            assertThat(day.stream().mapToLong(SeriesPoint::count).sum()).isEqualTo(2 * 86_400);
            assertThat(day.stream().mapToDouble(SeriesPoint::min).min()).hasValue(3);
            assertThat(day.stream().mapToDouble(SeriesPoint::max).max()).hasValue(99);
            assertThat(day.get(day.size() - 1).step()).isEqualTo(86_399);
            assertThat(store.series(job.id(), new SeriesFilter(Set.of(), false), 0, Long.MAX_VALUE, 300))
                    .isEqualTo(day);
        }
    }

    private static long count(Store store, String job, int most) {
        return store.series(job, 0, Long.MAX_VALUE, most).stream()
                .filter(point -> point.series().equals("gpu_percent"))
                .count();
    }

    /** 50 percent, but for one second of 3 and one of 99 in the first hour. */
    private static GpuSampled busy(int rank, long micros, int second) {
        int percent = second == 1_000 ? 3 : second == 2_000 ? 99 : 50;
        GpuSample all = SampleGpus.sample("node1", "GPU-" + rank, percent);
        return new GpuSampled(
                "job",
                micros,
                rank,
                new GpuSample(
                        all.host(),
                        all.uuid(),
                        all.index(),
                        all.name(),
                        all.state(),
                        null,
                        null,
                        null,
                        null,
                        percent,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        false,
                        List.of()));
    }

    private static GpuSampled sampled(int rank, long micros, Integer percent) {
        return new GpuSampled("a", micros, rank, SampleGpus.sample("node1", "GPU-" + rank, percent));
    }

    private SeriesPoint open(String series) {
        return book.open("a").stream()
                .filter(point -> point.series().equals(series))
                .findFirst()
                .orElseThrow();
    }
}
