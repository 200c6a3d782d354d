package dev.gradwatch.collector.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradwatch.collector.analysis.ledger.UsageLedger;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.LedgerSnapshot;
import dev.gradwatch.collector.model.Manifest;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.PassFlags;
import dev.gradwatch.collector.model.Step;
import java.util.List;
import org.junit.jupiter.api.Test;

class JobStateTest {
    private static final Manifest.DdpSettings DEFAULT = new Manifest.DdpSettings(false, false, true, false, 25, false);

    @Test
    void apply_repeatedStep_isFalse() {
        TestJob job = TestJob.withDefault("body", "head").pass(0, 1);
        Observation last = job.told().get(job.told().size() - 1);

        assertThat(job.state().apply(last)).isFalse();
        assertThat(job.report().ranks().get(1).watchedSteps()).isEqualTo(1);
    }

    @Test
    void apply_contradiction_namesValueAndLeavesTheState() {
        TestJob job = TestJob.withDefault("body", "head").pass(0, 1);
        JobReport before = job.report();

        assertThatThrownBy(() -> job.tell(new Observation.StepReported("job", 1, 7, null)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("rank: 7 (expected: one that joined)");
        assertThatThrownBy(() -> job.tell(new Observation.StepReported("job", 1, 0, stepOf(3, 4))))
                .hasMessage("model: 3 (expected: one of [0])");
        assertThatThrownBy(() -> job.tell(new Observation.StepReported("job", 1, 0, stepOf(0, 9))))
                .hasMessage("parameters: 9 (expected: 4)");
        assertThatThrownBy(() -> job.change(List.of(4), List.of())).hasMessage("parameter: 4 (expected: 0-3)");
        assertThatThrownBy(() -> job.state().apply(new Observation.JobEnded("other", 1, 0)))
                .hasMessage("job: other (expected: job)");
        assertThatThrownBy(() -> job.join(2, "group", 0, 1)).hasMessage("rank: 2 (expected: 0-1)");
        assertThatThrownBy(() -> job.start(TestJob.manifest(0, "Net", List.of("body"), DEFAULT)))
                .hasMessage("parameters: 2 (expected: 4, as described before)");
        assertThat(job.report()).usingRecursiveComparison().isEqualTo(before);
    }

    @Test
    void apply_beforeAnyRankJoined_isAContradiction() {
        JobState state = new JobState("job");

        assertThatThrownBy(() -> state.apply(new Observation.RankLeft("job", 1, 0, true, "exit")))
                .hasMessage("rank: none joined (expected: RankJoined first)");
        assertThat(state.report().ranks()).isEmpty();
    }

    @Test
    void join_sameProcess_keepsWhatIsKnown() {
        TestJob job = TestJob.withDefault("body", "head").pass(0, 1);
        job.leaves(0, false);

        job.join(0, "group", 0, 100);

        assertThat(job.report().ranks().get(0).watchedSteps()).isEqualTo(1);
        assertThat(job.report().ranks().get(0).state()).isEqualTo(JobReport.RankState.RUNNING);
    }

    @Test
    void join_otherProcess_startsANewLife() {
        TestJob job = TestJob.withDefault("body", "head").pass(0, 1);

        job.join(0, "group", 0, 999);

        assertThat(job.report().ranks().get(0).watchedSteps()).isZero();
        assertThat(job.report().ranks().get(1).watchedSteps()).isEqualTo(1);
    }

    @Test
    void join_higherAttempt_startsAllRanksAnew() {
        TestJob job = TestJob.withDefault("body", "head").pass(0, 1);

        job.join(0, "group", 1, 500);

        assertThat(job.report().ranks()).hasSize(1);
        assertThat(job.join(1, "group", 0, 101))
                .as("a straggler of the attempt before")
                .isFalse();
    }

    @Test
    void join_otherGroup_keepsWhatTheFormerDiedOf() {
        TestJob job = TestJob.withDefault("body", "head").pass(0).probe(new int[] {0}, new int[] {0});
        job.diesOfUnused(0, "2 3").diesOfUnused(1, "2 3");

        job.join(0, "second", 0, 500);
        job.join(1, "second", 0, 501);

        assertThat(job.ids()).containsExactly("never_called/head");
        assertThat(job.report().ranks()).allMatch(rank -> rank.state() == JobReport.RankState.RUNNING);
        assertThat(job.join(1, "group", 0, 101))
                .as("a straggler of the former group")
                .isFalse();
    }

    @Test
    void join_otherGroupAfterHealthyOne_keepsNothing() {
        TestJob job = TestJob.withDefault("body", "head").passes(3, 0, 1);

        job.join(0, "second", 0, 500);

        assertThat(job.findings()).isEmpty();
    }

    @Test
    void open_picture_isReplacedByTheNextStep() {
        TestJob job = TestJob.withDefault("body", "head");
        int open = PassFlags.OPEN | PassFlags.PARTIAL | PassFlags.FORWARD_RAN;
        job.tell(new Observation.StepReported(
                "job", 1, 0, new Step(0, open, 4, 0, 0, 1, 0, new long[] {1}, null, Double.NaN, Double.NaN)));

        assertThat(job.report().ranks().get(0).watchedSteps()).isZero();

        job.pass(0, 1);
        assertThat(job.report().ranks().get(0).watchedSteps()).isEqualTo(1);
        assertThat(job.findings()).isEmpty();
    }

    @Test
    void ledger_replacesAndNeverAdds() {
        TestJob job = TestJob.withDefault("body", "head").passes(5, 0, 1);
        UsageLedger rank = new UsageLedger(4);
        for (int i = 0; i < 7; i++) {
            rank.add(new Step(
                    0, PassFlags.FORWARD_RAN, 4, i, i, i + 1, 0, new long[] {15}, null, Double.NaN, Double.NaN));
        }
        LedgerSnapshot ledger = rank.snapshot(0, List.of());

        job.replace(0, ledger).replace(0, ledger);

        assertThat(job.report().ranks().get(0).watchedSteps()).isEqualTo(7);
        assertThat(job.report().ranks().get(0).steps()).isEqualTo(7);
    }

    @Test
    void report_toldAgain_isTheSame() {
        TestJob job = TestJob.withFind("body", "experts.0", "experts.1");
        job.passOn(0, PassFlags.FORWARD_RAN, 0, 1)
                .passOn(1, PassFlags.FORWARD_RAN, 0, 2)
                .pass(0, 1)
                .ends(0);
        JobState again = new JobState("job");

        job.told().forEach(again::apply);

        assertThat(again.report()).usingRecursiveComparison().isEqualTo(job.report());
    }

    @Test
    void report_ofAJobWithoutRanks_isEmpty() {
        JobState state = new JobState("job");
        state.apply(new Observation.JobStarted("job", 9, "train", List.of("python", "train.py")));
        state.apply(new Observation.JobEnded("job", 10, 0));
        state.apply(new Observation.JobEnded("job", 11, null));

        JobReport report = state.report();

        assertThat(report.name()).isEqualTo("train");
        assertThat(report.exitCode()).isZero();
        assertThat(report.findings()).isEmpty();
        assertThat(report.framework()).isEmpty();
    }

    private static Step stepOf(int model, int parameters) {
        return new Step(model, 0, parameters, 0, 5, 9, 0, new long[1], null, Double.NaN, Double.NaN);
    }
}
