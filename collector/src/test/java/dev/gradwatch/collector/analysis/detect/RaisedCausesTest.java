package dev.gradwatch.collector.analysis.detect;

import static dev.gradwatch.collector.analysis.detect.NeverUsedDetectorTest.actions;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.analysis.TestJob;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.PassFlags;
import dev.gradwatch.collector.model.RankFailure;
import dev.gradwatch.collector.model.Severity;
import org.junit.jupiter.api.Test;

/** Of {@link ReadyTwiceDetector}, {@link StaticNoSyncDetector}, {@link FlagNotNeededDetector} and {@link RankEndDetector}. */
class RaisedCausesTest {
    private static final String TWICE =
            "Expected to mark a variable ready only once. This error is caused by ...\nParameter at index 1 has been marked as ready twice. This";

    @Test
    void readyTwice_underReentrantCheckpoint_namesTheParameter() {
        TestJob job = TestJob.withFind("!frozen", "body", "aux");
        for (int rank = 0; rank < 2; rank++) {
            job.passOn(rank, PassFlags.FORWARD_RAN | PassFlags.PARTIAL, 2);
            job.tell(new Observation.RankFailed(
                    "job",
                    3,
                    rank,
                    new RankFailure("RuntimeError", TWICE, "File torch/utils/checkpoint.py", "backward", 0, 0L)));
        }
        Finding finding = job.ends(1).finding();

        assertThat(finding.cause()).isEqualTo(Cause.READY_TWICE);
        assertThat(finding.parameters())
                .as("index 1 counts reduced parameters only")
                .containsExactly("body.bias");
        assertThat(actions(finding.advice())).startsWith(Action.USE_REENTRANT_FALSE);
        assertThat(actions(finding.avoid())).containsExactly(Action.FIND_UNUSED_PARAMETERS);
    }

    @Test
    void readyTwice_withoutCheckpoint_looksAtTheReturnValue() {
        TestJob job = TestJob.withFind("body");
        job.tell(new Observation.RankFailed(
                "job",
                3,
                0,
                new RankFailure(
                        "RuntimeError", TWICE, "RuntimeError: multiple `checkpoint` functions", "backward", 0, 0L)));

        assertThat(actions(job.finding().advice()))
                .startsWith(Action.USE_OR_DROP_OUTPUT, Action.DISABLE_FIND_UNUSED_PARAMETERS);
    }

    @Test
    void staticGraphWithNoSync_isKnownByItsAssertion() {
        TestJob job = TestJob.withStatic("body");
        job.fails(
                0, "RuntimeError", "expect_autograd_hooks_ INTERNAL ASSERT FAILED at \"reducer.cpp\":1499", "backward");
        Finding finding = job.ends(1).finding();

        assertThat(finding.cause()).isEqualTo(Cause.STATIC_GRAPH_WITH_NO_SYNC);
        assertThat(actions(finding.advice())).containsExactly(Action.DROP_STATIC_GRAPH);
    }

    @Test
    void flagNotNeeded_takesFiftySteps() {
        TestJob job = TestJob.withFind("body", "aux", "!frozen").passes(49, 0, 1);
        assertThat(job.findings()).isEmpty();

        Finding finding = job.pass(0, 1).finding();
        assertThat(finding.cause()).isEqualTo(Cause.FLAG_NOT_NEEDED);
        assertThat(finding.severity()).isEqualTo(Severity.INFO);
        assertThat(finding.detail()).startsWith("All 4 parameter tensors that DDP averages got a gradient");
        assertThat(actions(finding.advice())).containsExactly(Action.DISABLE_FIND_UNUSED_PARAMETERS);
    }

    @Test
    void healthyJob_hasNoFinding() {
        assertThat(TestJob.withDefault("body", "aux").passes(60, 0, 1).ends(0).findings())
                .isEmpty();
        assertThat(TestJob.plain("body", "aux").passes(60, 0, 1).ends(0).findings())
                .isEmpty();
    }

    @Test
    void rankFailed_speaksWhereNothingElseExplainsIt() {
        TestJob job = TestJob.withDefault("body").pass(0);
        job.fails(0, "RuntimeError", "Connection closed by peer", "backward");
        job.fails(1, "ValueError", "label 7 is not in 0..3", "uncaught");
        Finding finding = job.ends(1).finding();

        assertThat(finding.id()).isEqualTo("rank_failed/rank.1");
        assertThat(finding.title()).isEqualTo("ValueError: label 7 is not in 0..3, on rank 1");
        assertThat(job.report().ranks().get(1).error()).isEqualTo("ValueError: label 7 is not in 0..3");
        assertThat(job.report().ranks().get(0).state()).isEqualTo(JobReport.RankState.FAILED);
    }

    @Test
    void rankFailed_onEachRankInItsOwnNumbers_isOneFinding() {
        TestJob job = TestJob.withDefault("body").pass(0);
        for (int rank = 0; rank < 2; rank++) {
            job.fails(
                    rank, "OutOfMemoryError", "CUDA out of memory. Tried to allocate 2.5 GiB. GPU " + rank, "forward");
        }

        assertThat(job.ends(1).finding().ranks()).containsExactly(0, 1);
    }

    @Test
    void rankFailed_whereTorchNamesNothing_doesNotSayThatNothingIsMissing() {
        TestJob job = TestJob.withDefault("body", "aux").passes(3, 0, 1).unwatched(40);
        String lightning =
                "It looks like your LightningModule has parameters that were not used in producing the loss returned by training_step.";
        Finding finding = job.fails(0, "RuntimeError", lightning, "uncaught")
                .ends(1)
                .findings()
                .get(0);

        assertThat(finding.detail()).startsWith("torch says that a pass left parameters without a gradient.");
        assertThat(finding.log().get(0).text())
                .isEqualTo(
                        "RuntimeError: It looks like your LightningModule has parameters that were not used in producing"
                                + " the loss returned by training_step.");
    }

    @Test
    void connectionToATracker_isNoLostRank() {
        TestJob job = TestJob.withDefault("body").pass(0);
        job.fails(0, "ConnectionError", "HTTPConnectionPool: [Errno 111] Connection refused", "uncaught");

        assertThat(job.ends(1).finding().cause()).isEqualTo(Cause.RANK_FAILED);
    }

    @Test
    void logLine_isTheTellingPartOfTorchsText() {
        TestJob unused = TestJob.withDefault("body", "aux")
                .pass(0)
                .diesOfUnused(0, "2 3")
                .ends(1);
        TestJob twice = TestJob.withFind("body").fails(0, "RuntimeError", TWICE, "backward");

        assertThat(unused.findings().get(0).log().get(0).text())
                .isEqualTo("Parameter indices which did not receive grad for rank 0: 2 3");
        assertThat(twice.finding().log().get(0).text())
                .isEqualTo("Parameter at index 1 has been marked as ready twice");
    }

    @Test
    void rankKilled_isTheCauseOfItsPeersLostConnection() {
        TestJob job = TestJob.withDefault("body").pass(0).leaves(1, false);
        job.fails(0, "RuntimeError", "Connection closed by peer", "uncaught")
                .leaves(0, true)
                .ends(1);
        Finding finding = job.finding();

        assertThat(finding.cause()).isEqualTo(Cause.RANK_KILLED);
        assertThat(finding.severity()).isEqualTo(Severity.ERROR);
        assertThat(finding.ranks()).containsExactly(1);
        assertThat(job.report().ranks().get(1).state()).isEqualTo(JobReport.RankState.LOST);
    }

    @Test
    void interruptedRank_isTheCauseOfItsPeersLostConnection() {
        TestJob job = TestJob.withDefault("body").pass(0);
        job.fails(0, "KeyboardInterrupt", "", "uncaught")
                .fails(1, "RuntimeError", "Connection closed by peer", "uncaught");

        assertThat(job.ends(1).findings()).isEmpty();
    }

    @Test
    void caughtException_isForgotten() {
        TestJob job = TestJob.withDefault("body").pass(0).fails(0, "RuntimeError", "out of range", "forward");
        job.passes(3, 0).leaves(0, true).leaves(1, true).ends(0);

        assertThat(job.findings()).isEmpty();
        assertThat(job.report().ranks()).allMatch(rank -> rank.state() == JobReport.RankState.FINISHED);
    }

    @Test
    void torchText_unusedIndices_areParsedUpToTheCut() {
        TorchText.Unused unused = TorchText.unused(TestJob.UNUSED_TEXT.formatted(1, "4 5 103 ..."));

        assertThat(unused.rank()).isEqualTo(1);
        assertThat(unused.places()).containsExactly(4, 5, 103);
        assertThat(unused.complete()).isFalse();
        assertThat(TorchText.unused("Expected to have finished reduction in the prior iteration"))
                .isNull();
    }
}
