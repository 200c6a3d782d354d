package dev.gradwatch.collector.analysis.detect;

import static dev.gradwatch.collector.analysis.detect.NeverUsedDetectorTest.actions;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.analysis.TestJob;
import dev.gradwatch.collector.analysis.ledger.UsageLedger;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Manifest;
import dev.gradwatch.collector.model.PassFlags;
import dev.gradwatch.collector.model.Severity;
import dev.gradwatch.collector.model.Step;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Of {@link RankDesyncDetector} and {@link ForwardOutsideDetector}: wrong results, exit code 0. */
class SilentCausesTest {
    private static final int SYNC = PassFlags.FORWARD_RAN;

    @Test
    void desync_normsDiffer_namesParametersAndPass() {
        TestJob job = TestJob.withDefault("body", "aux");
        job.norms(0, 1, 1, 1, 1).norms(1, 1, 1, 1, 1).norms(0, 1, 1, 2, 1).norms(1, 1, 1, 3, 1);
        Finding finding = job.finding();

        assertThat(finding.cause()).isEqualTo(Cause.RANK_DESYNC);
        assertThat(finding.severity()).isEqualTo(Severity.CRITICAL);
        assertThat(finding.parameters()).containsExactly("aux.weight");
        assertThat(finding.ranks()).containsExactly(0, 1);
        assertThat(finding.evidence().firstStep()).isEqualTo(1);
        assertThat(actions(finding.avoid())).containsExactly(Action.FIND_UNUSED_PARAMETERS, Action.STATIC_GRAPH);
    }

    @Test
    void desync_afterGradientsThatWereNotFinite_isStillTold() {
        TestJob job = TestJob.withDefault("body").norms(0, Float.NaN, 1).norms(1, Float.NaN, 1);
        job.norms(0, 1, 1).norms(1, 2, 1).norms(0, 1, 1).norms(1, 2, 1);

        assertThat(job.findings())
                .extracting(Finding::cause)
                .containsExactly(Cause.RANK_DESYNC, Cause.NONFINITE_GRADIENT);
    }

    @Test
    void desync_withReentrantCheckpoint_advisesTheOtherKindFirst() {
        TestJob job = TestJob.withDefault("body").norms(0, 1, 1).norms(1, 2, 1);
        job.probe(0, 0, new int[] {0}, new int[] {0}, true);

        assertThat(actions(job.finding().advice())).startsWith(Action.USE_REENTRANT_FALSE);
        assertThat(actions(job.finding().avoid())).contains(Action.FIND_UNUSED_PARAMETERS);
    }

    @Test
    void desync_withNoSync_advisesToSynchroniseEachMicrobatch() {
        TestJob job = TestJob.withFind("body");
        for (int rank = 0; rank < 2; rank++) {
            job.passOn(rank, SYNC | PassFlags.NO_SYNC, 0).norms(rank, 1 + rank, 1);
        }

        assertThat(actions(job.finding().advice())).startsWith(Action.SYNC_EVERY_MICROBATCH);
    }

    @Test
    void desync_withinTolerance_isNone() {
        TestJob job = TestJob.withDefault("body").norms(0, 1, 1).norms(1, 1.0005f, 1);

        assertThat(job.findings()).isEmpty();
    }

    @Test
    void desync_notComparable_isNone() {
        TestJob job = TestJob.withDefault("body", "aux");
        for (int rank = 0; rank < 2; rank++) {
            float[] norms = {1 + rank, 1, Float.NaN, -1};
            job.step(rank, SYNC | PassFlags.NO_SYNC, TestJob.used(0, 1), new float[] {1 + rank, 1, 1, 1}, Double.NaN);
            job.step(rank, SYNC | PassFlags.PARTIAL, TestJob.used(0, 1), norms, Double.NaN);
        }

        assertThat(job.findings()).isEmpty();
    }

    @Test
    void desync_ofAPassThatDdpDidNotFinish_isExplainedByTheError() {
        TestJob job = TestJob.withDefault("body", "aux");
        for (int rank = 0; rank < 2; rank++) {
            job.step(rank, SYNC, TestJob.used(0), new float[] {1 + rank, 1, -1, -1}, 5);
            job.step(rank, SYNC | PassFlags.NO_SYNC, TestJob.used(0), null, 6 + rank);
        }

        assertThat(job.finding().cause()).isEqualTo(Cause.NEVER_CALLED);
    }

    @Test
    void desync_checksumsAlone_areEnough() {
        TestJob job = TestJob.withDefault("body");
        for (int rank = 0; rank < 2; rank++) {
            job.step(rank, SYNC, TestJob.used(0), null, 10).step(rank, SYNC, TestJob.used(0), null, 10 + rank);
        }

        assertThat(job.finding().cause()).isEqualTo(Cause.RANK_DESYNC);
        assertThat(job.finding().detail()).contains("differ since backward pass 1");
    }

    @Test
    void desync_survivesACollectorsRestart_byItsLedgers() {
        TestJob job = TestJob.withDefault("body");
        for (int rank = 0; rank < 2; rank++) {
            UsageLedger ledger = new UsageLedger(2);
            ledger.add(new Step(
                    0, SYNC, 2, 0, 0, 1, 0, new long[] {3}, new float[] {1 + rank, 1}, Double.NaN, Double.NaN));
            job.replace(rank, ledger.snapshot(0, List.of()));
        }

        assertThat(job.finding().cause()).isEqualTo(Cause.RANK_DESYNC);
    }

    @Test
    void desync_withACommunicationHook_isByDesign() {
        TestJob job = TestJob.of(new Manifest.DdpSettings(false, false, true, false, 25, true), "body");
        job.norms(0, 1, 1).norms(1, 2, 1);

        assertThat(job.findings()).isEmpty();
    }

    @Test
    void desync_afterANewLifeOfARank_isForgotten() {
        TestJob job = TestJob.withDefault("body").norms(0, 1, 1).norms(1, 2, 1);

        job.join(1, "group", 0, 999);

        assertThat(job.findings()).isEmpty();
    }

    @Test
    void forwardOutside_allPasses_isCertainAndSpeaksAlone() {
        TestJob job = TestJob.withFind("body");
        for (int pass = 0; pass < 3; pass++) {
            job.step(0, 0, TestJob.used(0), new float[] {1, 1}, 5 + pass);
            job.step(1, 0, TestJob.used(0), new float[] {2, 1}, 5 + 2 * pass);
        }
        Finding finding = job.finding();

        assertThat(finding.cause()).isEqualTo(Cause.FORWARD_OUTSIDE_DDP);
        assertThat(finding.severity()).isEqualTo(Severity.CRITICAL);
        assertThat(actions(finding.advice())).containsExactly(Action.CALL_THE_DDP_MODULE);
        assertThat(actions(finding.avoid())).contains(Action.FIND_UNUSED_PARAMETERS);
    }

    @Test
    void forwardOutside_averagedByHand_isNone() {
        TestJob job = TestJob.withDefault("body");
        for (int pass = 0; pass < 4; pass++) {
            for (int rank = 0; rank < 2; rank++) {
                job.step(rank, 0, TestJob.used(0), null, 5 + pass);
            }
        }

        assertThat(job.findings()).isEmpty();
    }

    @Test
    void forwardOutside_inSomePasses_takesWeightsThatDiffer() {
        TestJob job = TestJob.withDefault("body");
        for (int rank = 0; rank < 2; rank++) {
            job.step(rank, SYNC, TestJob.used(0), null, 5).step(rank, 0, TestJob.used(0), null, 6);
        }
        assertThat(job.findings()).isEmpty();

        for (int rank = 0; rank < 2; rank++) {
            job.step(rank, SYNC, TestJob.used(0), null, 7 + rank);
        }
        assertThat(job.finding().cause()).isEqualTo(Cause.FORWARD_OUTSIDE_DDP);
    }
}
