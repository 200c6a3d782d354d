package dev.gradwatch.collector.analysis.detect;

import static dev.gradwatch.collector.analysis.detect.NeverUsedDetectorTest.actions;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.analysis.TestJob;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Confidence;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Severity;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OutputNotInLossDetectorTest {
    @Test
    void default_firstStep_isCertain() {
        TestJob job = TestJob.withDefault("body", "seg.0", "seg.1")
                .pass(0, 2)
                .probe(new int[] {0, 1, 2}, new int[] {0, 1, 2});
        Finding finding = job.diesOfUnused(0, "2 3").finding();

        assertThat(finding.cause()).isEqualTo(Cause.OUTPUT_NOT_IN_LOSS);
        assertThat(finding.severity()).isEqualTo(Severity.ERROR);
        assertThat(finding.evidence().confidence()).isEqualTo(Confidence.HIGH);
        assertThat(finding.title()).isEqualTo("seg.0 is computed and returned, but the loss never uses it");
        assertThat(actions(finding.advice())).containsExactly(Action.USE_OR_DROP_OUTPUT, Action.FIND_UNUSED_PARAMETERS);
        assertThat(actions(finding.avoid())).contains(Action.STATIC_GRAPH);
        assertThat(finding.advice().get(0).snippet()).contains("weights[-1] = 1e-6");
    }

    @Test
    void find_runsOn_soItIsAWarning() {
        Finding finding = TestJob.withFind("body", "aux")
                .passes(3, 0)
                .probe(new int[] {0, 1}, new int[] {0, 1})
                .finding();

        assertThat(finding.severity()).isEqualTo(Severity.WARNING);
        assertThat(actions(finding.advice())).containsExactly(Action.USE_OR_DROP_OUTPUT);
    }

    @Test
    void static_diesAtTheThirdForward() {
        Finding finding = TestJob.withStatic("body", "aux")
                .passes(2, 0)
                .probe(new int[] {0, 1}, new int[] {0, 1})
                .finding();

        assertThat(finding.severity()).isEqualTo(Severity.ERROR);
    }

    @Test
    void reachedOnOneRankOnly_isEnough() {
        TestJob job = TestJob.withFind("body", "aux").passes(3, 0);
        job.probe(0, 2, new int[] {0}, new int[] {0}, false).probe(1, 2, new int[] {0, 1}, new int[] {0, 1}, false);

        assertThat(job.finding().cause()).isEqualTo(Cause.OUTPUT_NOT_IN_LOSS);
    }

    @Test
    void nnunet_isToldOfItsOwnLossWeights() {
        TestJob job = TestJob.withDefault("body", "aux").pass(0).probe(new int[] {0, 1}, new int[] {0, 1});
        Finding finding = job.libraries(Map.of("nnunetv2", "2.5")).finding();

        assertThat(finding.advice().get(0).snippet()).contains("_build_loss", "enable_deep_supervision");
    }
}
