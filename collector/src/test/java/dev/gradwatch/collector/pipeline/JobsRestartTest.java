package dev.gradwatch.collector.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.model.JobFact;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.JobReport.RankState;
import dev.gradwatch.collector.model.LogMessage;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.Observation.RankJoined;
import dev.gradwatch.collector.model.Observation.StepReported;
import dev.gradwatch.collector.model.Severity;
import dev.gradwatch.collector.source.recording.RecordingReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A collector that is started again, from the facts that were drained before. */
class JobsRestartTest {
    private final List<Observation> run = new ArrayList<>();
    private final Map<Long, JobFact> store = new TreeMap<>();
    private String id = "";

    @BeforeEach
    void readRun() throws IOException {
        try (RecordingReader reader =
                RecordingReader.open(Path.of("src/main/resources/demo/recorded-fixed.jsonl.gz"), complaint -> {})) {
            reader.readAll(run::add);
        }
        id = run.get(0).job();
    }

    @Test
    void restartedAnywhere_withRanksThatSayItAgain_reportsTheSame() {
        Jobs whole = new Jobs();
        run.forEach(whole::accept);
        JobReport expected = whole.report(id).orElseThrow();
        for (int cut = 1; cut < run.size(); cut += 7) {
            store.clear();
            Jobs before = new Jobs();
            run.subList(0, cut).forEach(before::accept);
            drain(before, true);
            Jobs after = new Jobs(null, this::stored);
            after.recall(id, 0);
            run.subList(cut, run.size()).forEach(after::accept);
            assertThat(after.report(id).orElseThrow().findings())
                    .as("cut after %d", cut)
                    .isEqualTo(expected.findings());
            assertThat(after.report(id).orElseThrow().ranks())
                    .usingRecursiveComparison()
                    .isEqualTo(expected.ranks());
        }
    }

    @Test
    void drainedParts_areNotGivenAgain_untilTheyChange() {
        Jobs jobs = new Jobs();
        run.forEach(jobs::accept);
        assertThat(jobs.unwritten()).isPositive();
        assertThat(drain(jobs, true)).isPositive();
        assertThat(jobs.unwritten()).isZero();
        assertThat(drain(jobs, true)).isZero();
    }

    @Test
    void whatARankWouldSayAgain_waits_untilTheRankLeaves() {
        Jobs jobs = new Jobs();
        List<Observation> beforeTheEnd = beforeTheEnd();
        beforeTheEnd.forEach(jobs::accept);
        drain(jobs, false);
        assertThat(kinds()).doesNotContain("LEDGER").contains("MANIFEST", "RANK", "START");
        run.subList(beforeTheEnd.size(), run.size()).forEach(jobs::accept);
        drain(jobs, false);
        assertThat(kinds()).contains("LEDGER", "RANK_END");
    }

    /** A training machine's clock may be an hour off either way; how often its ledger is written is the collector's to say. */
    @ParameterizedTest
    @ValueSource(longs = {-3_600_000_000L, 0, 3_600_000_000L})
    void ledger_isWrittenByTheCollectorsClock(long off) {
        Jobs jobs = new Jobs();
        long now = run.get(run.size() - 1).micros();
        drain(jobs, now);
        beforeTheEnd()
                .forEach(observation -> jobs.accept(
                        observation instanceof StepReported step
                                ? new StepReported(step.job(), step.micros() + off, step.rank(), step.step())
                                : observation));
        drain(jobs, now);
        drain(jobs, now + Unwritten.OWNED_MICROS - 1);
        assertThat(kinds()).doesNotContain("LEDGER");
        drain(jobs, now + Unwritten.OWNED_MICROS);
        assertThat(kinds()).contains("LEDGER");
    }

    @Test
    void drain_givesAtMostWhatIsAskedFor_andAllInTheEnd() {
        Jobs jobs = new Jobs();
        run.forEach(jobs::accept);
        int rounds = 0;
        while (jobs.unwritten() > 0) {
            int before = store.size();
            jobs.drain(
                    2,
                    true,
                    Long.MAX_VALUE / 2,
                    (job, fact) -> store.put(fact.part().place(), fact));
            assertThat(store.size() - before).isLessThanOrEqualTo(2);
            assertThat(rounds++).isLessThan(1_000);
        }
        Jobs again = new Jobs(null, this::stored);
        again.recall(id, 0);
        assertThat(again.report(id).orElseThrow())
                .usingRecursiveComparison()
                .isEqualTo(jobs.report(id).orElseThrow());
    }

    @Test
    void ranksThatDoNotComeBack_areGivenUp_andTheJobEnds() {
        Jobs jobs = new Jobs();
        beforeTheEnd().forEach(jobs::accept);
        drain(jobs, true);
        long now = run.get(run.size() - 1).micros();

        Jobs again = new Jobs(null, this::stored);
        again.recall(id, now);
        again.tick(now + 29_000_000);
        assertThat(again.hasEnded(id)).isFalse();
        assertThat(again.report(id).orElseThrow().ranks())
                .extracting(JobReport.Rank::state)
                .containsOnly(RankState.RUNNING);
        again.tick(now + 30_000_000);
        assertThat(again.report(id).orElseThrow().ranks())
                .extracting(JobReport.Rank::state)
                .containsOnly(RankState.LOST);
        again.tick(now + 60_000_000);
        assertThat(again.hasEnded(id)).isTrue();
    }

    @Test
    void rankThatComesBack_isNotGivenUp() {
        Jobs jobs = new Jobs();
        beforeTheEnd().forEach(jobs::accept);
        drain(jobs, true);
        long now = run.get(run.size() - 1).micros();
        Jobs again = new Jobs(null, this::stored);
        again.recall(id, now);
        run.stream()
                .filter(observation -> observation instanceof RankJoined joined && joined.rank() == 0)
                .forEach(again::accept);
        again.tick(now + 31_000_000);
        assertThat(again.report(id).orElseThrow().ranks())
                .extracting(JobReport.Rank::state)
                .containsExactly(RankState.RUNNING, RankState.LOST);
    }

    @Test
    void jobThatOnlyLogsSpeakOf_goesOn() {
        Jobs jobs = new Jobs();
        id = "log";
        jobs.accept(new Observation.MessageSeen(
                id,
                5,
                new LogMessage(
                        "ddp.unused.default",
                        Severity.ERROR,
                        "stderr",
                        3,
                        3,
                        0,
                        0,
                        Map.of(),
                        "x",
                        LogMessage.Guide.NONE)));
        drain(jobs, true);
        Jobs again = new Jobs(null, this::stored);
        again.recall(id, 10);
        again.tick(1_000_000_000_000L);
        assertThat(again.hasEnded(id)).isFalse();
        assertThat(again.picture(id)).hasAtLeastOneElementOfType(Observation.MessageSeen.class);
    }

    @Test
    void recall_ofAnUnknownJob_makesNone() {
        Jobs jobs = new Jobs(null, job -> List.of());
        jobs.recall("nobody", 0);
        assertThat(jobs.ids()).isEmpty();
    }

    private List<Observation> beforeTheEnd() {
        return run.stream()
                .takeWhile(observation -> !(observation instanceof Observation.RankLeft))
                .toList();
    }

    private int drain(Jobs jobs, boolean all) {
        return drain(jobs, all, 0);
    }

    private void drain(Jobs jobs, long nowMicros) {
        drain(jobs, false, nowMicros);
    }

    private int drain(Jobs jobs, boolean all, long nowMicros) {
        int[] given = {0};
        jobs.drain(10_000, all, nowMicros, (job, fact) -> {
            given[0]++;
            if (fact.observations().isEmpty()) {
                store.remove(fact.part().place());
            } else {
                store.put(fact.part().place(), fact);
            }
        });
        return given[0];
    }

    private List<String> kinds() {
        return store.values().stream()
                .map(fact -> fact.part().kind().name())
                .distinct()
                .toList();
    }

    private List<Observation> stored(String job) {
        return job.equals(id)
                ? store.values().stream()
                        .flatMap(fact -> fact.observations().stream())
                        .toList()
                : List.of();
    }
}
