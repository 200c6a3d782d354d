package dev.gradwatch.collector.analysis.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.analysis.TestJob;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Advice;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Confidence;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Severity;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NeverUsedDetectorTest {
    @Test
    void neverCalled_afterOneStep_offersBothWaysWithLowConfidence() {
        Finding finding = died().finding();

        assertThat(finding.cause()).isEqualTo(Cause.NEVER_CALLED);
        assertThat(finding.severity()).isEqualTo(Severity.ERROR);
        assertThat(finding.parameters()).containsExactly("aux.weight", "aux.bias");
        assertThat(finding.ranks()).containsExactly(0, 1);
        assertThat(finding.evidence().confidence()).isEqualTo(Confidence.LOW);
        assertThat(finding.detail()).contains("1 step of evidence");
        assertThat(actions(finding.advice()))
                .containsExactly(Action.REMOVE_OR_FREEZE_BEFORE_WRAP, Action.FIND_UNUSED_PARAMETERS);
        assertThat(finding.advice().get(0).snippet()).contains("model.aux.requires_grad_(False)");
        assertThat(finding.log()).extracting(Finding.LogLine::message).containsOnly("ddp.unused.default");
    }

    @Test
    void neverCalled_underFind_isAWarningWithoutTheFlag() {
        Finding finding = TestJob.withFind("body", "aux")
                .passes(6, 0)
                .probe(new int[] {0}, new int[] {0})
                .finding();

        assertThat(finding.severity()).isEqualTo(Severity.WARNING);
        assertThat(finding.evidence().confidence()).isEqualTo(Confidence.MEDIUM);
        assertThat(actions(finding.advice())).containsExactly(Action.REMOVE_OR_FREEZE_BEFORE_WRAP);
    }

    @Test
    void neverCalled_siblings_areOneFinding() {
        Finding finding = TestJob.withStatic("body", "seg.0", "seg.1", "seg.2")
                .passes(50, 0, 3)
                .probe(new int[] {0, 3}, new int[] {0, 3})
                .finding();

        assertThat(finding.id()).isEqualTo("never_called/seg.{0,1}");
        assertThat(finding.modules()).containsExactly("seg.{0,1}");
        assertThat(finding.evidence().confidence()).isEqualTo(Confidence.HIGH);
        assertThat(finding.advice().get(0).snippet()).contains("model.seg[0]", "model.seg[1]");
    }

    @Test
    void neverCalled_withReentrantCheckpoint_warnsOfTheFlag() {
        TestJob job = TestJob.withDefault("body", "aux").pass(0);
        job.probe(0, 0, new int[] {0}, new int[] {0}, true).diesOfUnused(0, "2 3");

        Finding finding = job.finding();

        assertThat(actions(finding.advice()))
                .startsWith(Action.REMOVE_OR_FREEZE_BEFORE_WRAP)
                .doesNotContain(Action.FIND_UNUSED_PARAMETERS);
        assertThat(actions(finding.avoid())).contains(Action.FIND_UNUSED_PARAMETERS);
    }

    @Test
    void graphCut_ranButReachesNoOutput() {
        Finding finding = TestJob.withFind("body", "aux")
                .passes(3, 0)
                .probe(new int[] {0, 1}, new int[] {0})
                .finding();

        assertThat(finding.cause()).isEqualTo(Cause.GRAPH_CUT);
        assertThat(finding.title()).contains("no path leads from it");
    }

    @Test
    void graphCut_siblingOfAUsedParameter_saysItsForwardDoesNotUseIt() {
        TestJob job = TestJob.withFind("body", "aux");
        for (int i = 0; i < 3; i++) {
            job.step(0, 2, new long[] {0b0111}, null, Double.NaN).step(1, 2, new long[] {0b0111}, null, Double.NaN);
        }
        Finding finding = job.probe(new int[] {0, 1}, new int[] {0}).finding();

        assertThat(finding.parameters()).containsExactly("aux.bias");
        assertThat(finding.title()).contains("its forward does not use it");
    }

    @Test
    void neverCalled_withoutAnyProbe_saysWhatIsNotKnown() {
        Finding finding = TestJob.withFind("body", "aux").passes(3, 0).finding();

        assertThat(finding.cause()).isEqualTo(Cause.NEVER_CALLED);
        assertThat(finding.detail()).contains("could not be seen");
    }

    @Test
    void neverCalled_frozenBeforeTheWrap_isNoFinding() {
        assertThat(TestJob.withDefault("body", "!aux").passes(60, 0).findings()).isEmpty();
    }

    @Test
    void neverCalled_inAPlainModule_isAdviceWithoutDdp() {
        Finding finding = TestJob.plain("body", "aux")
                .passes(5, 0)
                .probe(new int[] {0}, new int[] {0})
                .finding();

        assertThat(finding.severity()).isEqualTo(Severity.WARNING);
        assertThat(actions(finding.advice())).containsExactly(Action.REMOVE_OR_FREEZE_BEFORE_WRAP);
        assertThat(finding.advice().get(0).snippet()).doesNotContain("Distributed");
    }

    @Test
    void neverCalled_defaultModeThatRunsOn_isNoError() {
        Finding finding = TestJob.withDefault("body", "aux")
                .passes(20, 0)
                .probe(new int[] {0}, new int[] {0})
                .finding();

        assertThat(finding.severity())
                .as("20 steps after what should have been the last")
                .isEqualTo(Severity.WARNING);
    }

    @Test
    void snippet_followsTheTrainer() {
        assertThat(flagSnippet(Map.of("lightning", "2.6"))).contains("ddp_find_unused_parameters_true");
        assertThat(flagSnippet(Map.of("accelerate", "1"))).contains("DistributedDataParallelKwargs");
        assertThat(flagSnippet(Map.of("accelerate", "1", "transformers", "4")))
                .contains("ddp_find_unused_parameters=True");
        assertThat(flagSnippet(Map.of("nnunetv2", "2"))).contains("self.network");
        assertThat(flagSnippet(Map.of()))
                .isEqualTo("model = DistributedDataParallel(model, find_unused_parameters=True)");
    }

    private static String flagSnippet(Map<String, String> libraries) {
        return died().libraries(libraries).finding().advice().get(1).snippet();
    }

    private static TestJob died() {
        TestJob job = TestJob.withDefault("body", "aux").pass(0).probe(new int[] {0}, new int[] {0});
        return job.diesOfUnused(0, "2 3").diesOfUnused(1, "2 3");
    }

    static List<Action> actions(List<Advice> advice) {
        return advice.stream().map(Advice::action).toList();
    }
}
