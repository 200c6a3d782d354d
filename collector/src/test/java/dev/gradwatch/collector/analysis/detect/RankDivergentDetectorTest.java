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

class RankDivergentDetectorTest {
    private static final int SYNC = PassFlags.FORWARD_RAN;

    @Test
    void default_oneRankRaisesAndItsPeerLosesTheConnection() {
        TestJob job = TestJob.withDefault("body", "aux");
        job.passOn(0, SYNC | PassFlags.PARTIAL, 0, 1).passOn(1, SYNC, 0);
        job.fails(0, "RuntimeError", "[pair.cc:553] Connection closed by peer [127.0.0.1]:1", "backward");
        Finding finding = job.diesOfUnused(1, "2 3").ends(1).finding();

        assertThat(finding.cause()).isEqualTo(Cause.RANK_DIVERGENT);
        assertThat(finding.severity()).isEqualTo(Severity.ERROR);
        assertThat(finding.ranks()).containsExactly(1);
        assertThat(actions(finding.advice())).containsExactly(Action.FIND_UNUSED_PARAMETERS);
        assertThat(actions(finding.avoid()))
                .containsExactlyInAnyOrder(Action.STATIC_GRAPH, Action.REMOVE_OR_FREEZE_BEFORE_WRAP);
    }

    @Test
    void default_theHangingRanksPicture_provesItsUse() {
        TestJob job = TestJob.withDefault("body", "aux").passOn(1, SYNC, 0);
        job.passOn(0, SYNC | PassFlags.PARTIAL | PassFlags.OPEN, 0, 1);

        assertThat(job.finding().cause()).isEqualTo(Cause.RANK_DIVERGENT);
    }

    @Test
    void find_eachRankAnotherExpert_isOneFinding() {
        TestJob job = TestJob.withFind("body", "experts.0", "experts.1", "experts.2");
        job.passOn(0, SYNC, 0, 1).passOn(1, SYNC, 0, 2).pass(0, 1).probe(new int[] {0, 1, 2}, new int[] {0, 1, 2});

        assertThat(job.ids()).containsExactlyInAnyOrder("rank_divergent/experts.{0,1}", "never_called/experts.2");
        Finding divergent = job.findings().stream()
                .filter(finding -> finding.cause() == Cause.RANK_DIVERGENT)
                .findFirst()
                .orElseThrow();
        assertThat(divergent.ranks()).containsExactly(0, 1);
        assertThat(divergent.severity()).isEqualTo(Severity.INFO);
    }

    @Test
    void static_eachRanksOwnSetStays_soItRuns() {
        TestJob job = TestJob.withStatic("body", "aux");
        for (int i = 0; i < 4; i++) {
            job.passOn(0, SYNC, 0, 1).passOn(1, SYNC, 0);
        }

        assertThat(job.finding().severity()).isEqualTo(Severity.INFO);
        assertThat(job.finding().evidence().steps()).isEqualTo(4);
    }

    @Test
    void static_expertsOfThePassThatRaised_divergeToo() {
        TestJob job = TestJob.withStatic("body", "experts.0", "experts.1", "experts.2", "experts.3");
        job.passOn(0, SYNC, 0, 1).passOn(1, SYNC, 0, 2);
        job.passOn(0, SYNC | PassFlags.PARTIAL, 3).passOn(1, SYNC | PassFlags.PARTIAL, 4);
        for (int rank = 0; rank < 2; rank++) {
            job.fails(rank, "RuntimeError", "Your training graph has changed in this iteration", "backward");
        }

        assertThat(job.ids()).containsExactly("rank_divergent/experts");
    }

    @Test
    void static_graphChanged_theProbeOfThePassSaysWhatWasUsed() {
        TestJob job = TestJob.withStatic("body", "experts.0", "experts.1", "experts.2", "experts.3", "experts.4");
        job.passOn(0, SYNC, 0, 1).passOn(1, SYNC, 0, 2);
        for (int rank = 0; rank < 2; rank++) {
            job.probe(rank, 0, new int[] {0, 1 + rank}, new int[] {0, 1 + rank}, false);
            job.probe(rank, 1, new int[] {0, 3 + rank}, new int[] {0, 3 + rank}, false);
            job.fails(rank, "RuntimeError", "Your training graph has changed in this iteration", "backward");
        }

        assertThat(job.ids()).containsExactly("rank_divergent/experts.{0-3}", "never_called/experts.4");
        assertThat(actions(job.findings().get(0).avoid())).contains(Action.STATIC_GRAPH);
        assertThat(actions(job.findings().get(1).advice()))
                .containsExactly(Action.REMOVE_OR_FREEZE_BEFORE_WRAP, Action.FIND_UNUSED_PARAMETERS);
    }

    @Test
    void differentPassesOnly_isIntermittent() {
        TestJob job = TestJob.withFind("body", "aux").pass(0, 1).pass(0);

        assertThat(job.finding().cause()).isEqualTo(Cause.INTERMITTENT);
    }

    @Test
    void unwatchedPass_torchNamesItOnOneRankWhileTheOtherWaited() {
        TestJob job = TestJob.withDefault("body", "aux").passes(50, 0, 1).unwatched(100);
        job.fails(0, "RuntimeError", "Connection closed by peer", "backward");
        Finding finding = job.diesOfUnused(1, "2 3").finding();

        assertThat(finding.cause()).isEqualTo(Cause.RANK_DIVERGENT);
        assertThat(finding.ranks()).containsExactly(1);
        assertThat(actions(finding.advice()))
                .as("rank 1 used it in 50 passes and not in this one")
                .containsExactly(Action.FIND_UNUSED_PARAMETERS);
        assertThat(actions(finding.avoid())).contains(Action.STATIC_GRAPH);
    }
}
