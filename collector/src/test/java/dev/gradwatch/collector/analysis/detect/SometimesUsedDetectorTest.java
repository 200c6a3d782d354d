package dev.gradwatch.collector.analysis.detect;

import static dev.gradwatch.collector.analysis.detect.NeverUsedDetectorTest.actions;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.analysis.TestJob;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.PassFlags;
import dev.gradwatch.collector.model.Severity;
import org.junit.jupiter.api.Test;

class SometimesUsedDetectorTest {
    @Test
    void intermittent_default_advisesTheFlagAndNoFreezing() {
        Finding finding = TestJob.withDefault("body", "aux")
                .pass(0, 1)
                .pass(0)
                .diesOfUnused(0, "2 3")
                .finding();

        assertThat(finding.cause()).isEqualTo(Cause.INTERMITTENT);
        assertThat(finding.severity()).isEqualTo(Severity.ERROR);
        assertThat(actions(finding.advice())).containsExactly(Action.FIND_UNUSED_PARAMETERS);
        assertThat(actions(finding.avoid())).contains(Action.STATIC_GRAPH, Action.REMOVE_OR_FREEZE_BEFORE_WRAP);
    }

    @Test
    void intermittent_find_isWorthKnowingOnly() {
        Finding finding =
                TestJob.withFind("body", "aux").pass(0, 1).pass(0).pass(0, 1).finding();

        assertThat(finding.severity()).isEqualTo(Severity.INFO);
        assertThat(finding.advice()).isEmpty();
    }

    @Test
    void intermittent_usedUnderNoSyncOnly_stillLeavesDdpWaiting() {
        TestJob job = TestJob.withDefault("body", "aux");
        for (int rank = 0; rank < 2; rank++) {
            job.passOn(rank, PassFlags.FORWARD_RAN | PassFlags.NO_SYNC, 0, 1).passOn(rank, PassFlags.FORWARD_RAN, 0);
        }

        assertThat(job.finding().cause()).isEqualTo(Cause.INTERMITTENT);
        assertThat(job.finding().severity()).isEqualTo(Severity.ERROR);
    }

    @Test
    void intermittent_unusedUnderNoSyncOnly_isNoTrouble() {
        TestJob job = TestJob.withDefault("body", "aux");
        for (int rank = 0; rank < 2; rank++) {
            job.passOn(rank, PassFlags.FORWARD_RAN | PassFlags.NO_SYNC, 0).passOn(rank, PassFlags.FORWARD_RAN, 0, 1);
        }

        assertThat(job.findings()).isEmpty();
    }

    @Test
    void lateFirstUse_find_isNamedSo() {
        Finding finding =
                TestJob.withFind("body", "aux").passes(3, 0).passes(3, 0, 1).finding();

        assertThat(finding.cause()).isEqualTo(Cause.LATE_FIRST_USE);
        assertThat(finding.severity()).isEqualTo(Severity.INFO);
        assertThat(finding.detail()).contains("first used in backward pass 3");
    }

    @Test
    void lateFirstUse_shownByAPassThatRaised_includesTheWeightBesideTheBias() {
        TestJob job = TestJob.withStatic("body", "aux").passes(3, 0);
        for (int rank = 0; rank < 2; rank++) {
            // The error came when the bias's gradient did, before the weight's.
            job.step(rank, PassFlags.FORWARD_RAN | PassFlags.PARTIAL, new long[] {0b1000}, null, Double.NaN);
            job.fails(
                    rank,
                    "RuntimeError",
                    "Your training graph has changed in this iteration, e.g., one parameter is unused",
                    "backward");
        }
        Finding finding = job.finding();

        assertThat(finding.cause()).isEqualTo(Cause.LATE_FIRST_USE);
        assertThat(finding.parameters()).containsExactly("aux.weight", "aux.bias");
        assertThat(finding.severity()).isEqualTo(Severity.ERROR);
        assertThat(actions(finding.advice())).containsExactly(Action.FIND_UNUSED_PARAMETERS);
    }

    @Test
    void lateFirstUse_whereTorchOnlySaysThatTheGraphChanged_isWhatNoPassUsed() {
        TestJob job = TestJob.withStatic("body", "aux").passes(3, 0).probe(new int[] {0}, new int[] {0});
        for (int rank = 0; rank < 2; rank++) {
            job.fails(rank, "RuntimeError", "Your training graph has changed in this iteration", "backward");
        }

        assertThat(job.finding().cause()).isEqualTo(Cause.LATE_FIRST_USE);
        assertThat(actions(job.finding().avoid())).contains(Action.STATIC_GRAPH);
    }

    @Test
    void clearBit_ofAPassThatRaised_provesNothing() {
        TestJob job = TestJob.withDefault("body", "aux").pass(0, 1);
        job.passOn(0, PassFlags.FORWARD_RAN | PassFlags.PARTIAL, 0);

        assertThat(job.findings()).isEmpty();
    }

    @Test
    void torchsText_isEvidenceOfAPassThatNobodyWatched() {
        TestJob job = TestJob.withDefault("body", "aux").passes(50, 0, 1).unwatched(200);
        Finding finding = job.diesOfUnused(0, "2 3").diesOfUnused(1, "2 3").finding();

        assertThat(finding.cause()).isEqualTo(Cause.INTERMITTENT);
        assertThat(finding.parameters()).containsExactly("aux.weight", "aux.bias");
        assertThat(finding.severity()).isEqualTo(Severity.ERROR);
    }

    @Test
    void splitBackward_bothTogether_useAll() {
        TestJob job = TestJob.withDefault("left", "right");
        for (int step = 0; step < 5; step++) {
            for (int rank = 0; rank < 2; rank++) {
                job.passOn(rank, PassFlags.FORWARD_RAN, 0).passOn(rank, 0, 1);
            }
        }

        assertThat(job.findings()).isEmpty();
    }

    @Test
    void plainModule_hasNobodyWhoWaits() {
        assertThat(TestJob.plain("body", "aux").pass(0, 1).pass(0).findings()).isEmpty();
    }
}
