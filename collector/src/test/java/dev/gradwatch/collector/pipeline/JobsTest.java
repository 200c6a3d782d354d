package dev.gradwatch.collector.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradwatch.collector.model.Manifest;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.Observation.JobEnded;
import dev.gradwatch.collector.model.Observation.JobStarted;
import dev.gradwatch.collector.model.Observation.ModelDescribed;
import dev.gradwatch.collector.model.Observation.RankJoined;
import dev.gradwatch.collector.model.Observation.RankLeft;
import dev.gradwatch.collector.model.Observation.StepReported;
import dev.gradwatch.collector.model.RankInfo;
import dev.gradwatch.collector.model.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class JobsTest {
    private static final long GRACE_MICROS = TimeUnit.NANOSECONDS.toMicros(Jobs.END_GRACE.toNanos());

    @Test
    void unknownJob_isRejectedAndNotMade() {
        Jobs jobs = new Jobs();
        assertThatThrownBy(() -> jobs.accept(step("nobody", 0, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("job: nobody (expected: one that a rank joined, a launcher started or a log speaks of)");
        assertThat(jobs.ids()).isEmpty();
        assertThat(jobs.report("nobody")).isEmpty();
        assertThat(jobs.counts()).isEqualTo(new Jobs.Counts(1, 0, 0, 1));
    }

    @Test
    void repeat_isMerged() {
        Jobs jobs = new Jobs();
        jobs.accept(joined("a", 0, 1));
        jobs.accept(described("a", 0));
        jobs.accept(step("a", 0, 1));
        jobs.accept(step("a", 0, 1));
        assertThat(jobs.counts()).isEqualTo(new Jobs.Counts(4, 3, 1, 0));
        assertThat(jobs.report("a").orElseThrow().ranks()).hasSize(1);
    }

    @Test
    void launchersWord_endsTheJob() {
        Jobs jobs = new Jobs();
        Heard heard = new Heard();
        jobs.addListener(heard);
        jobs.accept(new JobStarted("a", 1, "train.py", List.of("train.py")));
        jobs.accept(joined("a", 0, 2));
        jobs.accept(new RankLeft("a", 3, 0, true, "exit"));
        jobs.tick(3 + 100 * GRACE_MICROS);
        assertThat(jobs.hasEnded("a")).isFalse();
        jobs.accept(new JobEnded("a", 4, 0));
        assertThat(jobs.hasEnded("a")).isTrue();
        assertThat(heard.events).containsExactly("appeared a", "ended a");
    }

    @Test
    void ranksGone_endTheJobAfterTheGrace() {
        Jobs jobs = new Jobs();
        Heard heard = new Heard();
        jobs.addListener(heard);
        jobs.accept(joined("a", 0, 1));
        jobs.accept(joined("a", 1, 1));
        jobs.accept(new RankLeft("a", 2, 0, true, "exit"));
        jobs.tick(2 + 100 * GRACE_MICROS);
        assertThat(heard.events).containsExactly("appeared a");
        jobs.accept(new RankLeft("a", 5, 1, false, "connection lost"));
        jobs.tick(5 + GRACE_MICROS - 1);
        assertThat(heard.events).containsExactly("appeared a");
        jobs.tick(5 + GRACE_MICROS);
        jobs.tick(6 + GRACE_MICROS);
        assertThat(heard.events).containsExactly("appeared a", "ended a");
    }

    @Test
    void rankThatComesBack_opensTheJobAgain() {
        Jobs jobs = new Jobs();
        Heard heard = new Heard();
        jobs.addListener(heard);
        jobs.accept(new JobStarted("a", 1, "train.py", List.of("train.py")));
        jobs.accept(new JobEnded("a", 2, 1));
        jobs.accept(joined("a", 0, 3));
        assertThat(jobs.hasEnded("a")).isFalse();
        jobs.accept(new RankLeft("a", 4, 0, true, "exit"));
        jobs.tick(4 + GRACE_MICROS);
        assertThat(heard.events).containsExactly("appeared a", "ended a", "ended a");
    }

    @Test
    void tooManyJobs_evictTheLongestEnded_orAreRefused() {
        Jobs jobs = new Jobs();
        for (int i = 0; i < Jobs.MAX_JOBS; i++) {
            jobs.accept(joined("job" + i, 0, i));
        }
        assertThatThrownBy(() -> jobs.accept(joined("more", 0, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("jobs: 257 (expected: at most 256 that have not ended)");
        jobs.accept(new JobEnded("job7", 1000, 0));
        jobs.accept(new JobEnded("job3", 999, 0));
        jobs.accept(joined("more", 0, 1));
        assertThat(jobs.ids()).hasSize(Jobs.MAX_JOBS).contains("more", "job7").doesNotContain("job3");
    }

    @Test
    void tap_seesWhatTheStateSaw() {
        List<Observation> seen = new ArrayList<>();
        Jobs jobs = new Jobs(seen::add);
        Observation joined = joined("a", 0, 1);
        jobs.accept(joined);
        assertThatThrownBy(() -> jobs.accept(step("a", 5, 1))).isInstanceOf(IllegalArgumentException.class);
        assertThat(seen).containsExactly(joined);
    }

    @Test
    void counts_balanceUnderConcurrency() throws Exception {
        Jobs jobs = new Jobs();
        int threads = 4;
        int steps = 20_000;
        CountDownLatch start = new CountDownLatch(1);
        List<CompletableFuture<Void>> running = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int rank = t / 2;
            String job = "job" + t % 2;
            running.add(CompletableFuture.runAsync(() -> {
                await(start);
                jobs.accept(joined(job, rank, 1));
                jobs.accept(described(job, rank));
                for (int i = 1; i <= steps; i++) {
                    jobs.accept(step(job, rank, i));
                    if (i % 10 == 0) {
                        jobs.accept(step(job, rank, i));
                    }
                    if (i % 100 == 0) {
                        assertThatThrownBy(() -> jobs.accept(step(job, 99, 1)))
                                .isInstanceOf(IllegalArgumentException.class);
                    }
                }
            }));
        }
        start.countDown();
        for (CompletableFuture<Void> future : running) {
            future.get(60, TimeUnit.SECONDS);
        }
        Jobs.Counts counts = jobs.counts();
        assertThat(counts.received()).isEqualTo(counts.analysed() + counts.merged() + counts.rejected());
        assertThat(counts)
                .isEqualTo(new Jobs.Counts(
                        threads * (2L + steps + steps / 10 + steps / 100),
                        threads * (2L + steps),
                        threads * (steps / 10L),
                        threads * (steps / 100L)));
        assertThat(jobs.report("job1").orElseThrow().ranks()).hasSize(2);
    }

    @Test
    void awaitRanksGone_returnsWhenTheLastLeft() throws Exception {
        Jobs jobs = new Jobs();
        assertThat(jobs.awaitRanksGone("a", Duration.ZERO)).isTrue();
        jobs.accept(joined("a", 0, 1));
        assertThat(jobs.awaitRanksGone("a", Duration.ofMillis(1))).isFalse();
        CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(() -> {
            try {
                return jobs.awaitRanksGone("a", Duration.ofSeconds(30));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        jobs.accept(new RankLeft("a", 2, 0, true, "exit"));
        assertThat(waiting.get(20, TimeUnit.SECONDS)).isTrue();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Observation joined(String job, int rank, long micros) {
        return new RankJoined(
                job,
                micros,
                rank,
                new RankInfo(
                        "none",
                        0,
                        2,
                        rank,
                        "node",
                        100 + rank,
                        "cpu",
                        null,
                        "torch",
                        "2.13.0",
                        "python 3.11",
                        List.of("train.py"),
                        Map.of()));
    }

    private static Observation described(String job, int rank) {
        return new ModelDescribed(
                job,
                1,
                rank,
                new Manifest(
                        0,
                        "Net",
                        "DistributedDataParallel",
                        1,
                        1,
                        List.of(new Manifest.Module("", "Net")),
                        List.of(new Manifest.Parameter("w", List.of(2), "float32", true, true, 0, List.of())),
                        new Manifest.DdpSettings(true, false, true, false, 25, false),
                        List.of()));
    }

    private static Observation step(String job, int rank, long watched) {
        return new StepReported(
                job,
                watched,
                rank,
                new Step(0, 2, 1, watched - 1, watched - 1, watched, 1, new long[] {1}, null, Double.NaN, Double.NaN));
    }

    private static final class Heard implements JobListener {
        private final List<String> events = new ArrayList<>();

        @Override
        public void appeared(String job) {
            events.add("appeared " + job);
        }

        @Override
        public void ended(String job) {
            events.add("ended " + job);
        }
    }
}
