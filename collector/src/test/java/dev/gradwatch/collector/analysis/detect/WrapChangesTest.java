package dev.gradwatch.collector.analysis.detect;

import static dev.gradwatch.collector.analysis.detect.NeverUsedDetectorTest.actions;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.analysis.TestJob;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Severity;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Of {@link FrozenAfterWrapDetector} and {@link UnfrozenAfterWrapDetector}: requires_grad flipped after the wrap. */
class WrapChangesTest {
    @Test
    void frozen_default_diesAndIsNotIntermittent() {
        Finding finding = TestJob.withDefault("body", "aux")
                .passes(2, 0, 1)
                .change(List.of(2, 3), List.of())
                .pass(0)
                .diesOfUnused(0, "2 3")
                .finding();

        assertThat(finding.cause()).isEqualTo(Cause.FROZEN_AFTER_WRAP);
        assertThat(finding.severity()).isEqualTo(Severity.ERROR);
        assertThat(finding.parameters()).containsExactly("aux.weight", "aux.bias");
        assertThat(actions(finding.advice())).containsExactly(Action.FREEZE_BEFORE_WRAP);
        assertThat(actions(finding.avoid())).contains(Action.STATIC_GRAPH);
        assertThat(finding.detail()).contains("before backward pass 2");
    }

    @Test
    void frozen_find_isAWarning() {
        Finding finding = TestJob.withFind("body", "aux")
                .passes(2, 0, 1)
                .change(List.of(2, 3), List.of())
                .passes(4, 0)
                .finding();

        assertThat(finding.severity()).isEqualTo(Severity.WARNING);
    }

    @Test
    void frozen_betweenPassesOnly_asAGanDoes_isNoTrouble() {
        TestJob job = TestJob.withDefault("body", "aux");
        for (int step = 0; step < 6; step++) {
            job.change(List.of(0, 1, 2, 3), List.of())
                    .change(List.of(), List.of(0, 1, 2, 3))
                    .pass(0, 1);
        }

        assertThat(job.findings()).isEmpty();
    }

    @Test
    void frozen_whatWasFrozenBeforeTheWrap_isNoTrouble() {
        TestJob job = TestJob.withDefault("body", "!aux")
                .pass(0)
                .change(List.of(2, 3), List.of())
                .passes(3, 0);

        assertThat(job.findings()).isEmpty();
    }

    @Test
    void unfrozen_used_isSilentlyWrong() {
        TestJob job = TestJob.withDefault("body", "!aux").passes(2, 0).change(List.of(), List.of(2, 3));
        Finding finding = job.passes(2, 0, 1).finding();

        assertThat(finding.cause()).isEqualTo(Cause.UNFROZEN_AFTER_WRAP);
        assertThat(finding.severity()).isEqualTo(Severity.CRITICAL);
        assertThat(actions(finding.advice())).containsExactly(Action.WRAP_AFTER_UNFREEZE);
        assertThat(finding.advice().get(0).snippet()).isEqualTo("""
                model = model.module
                model.aux.requires_grad_(True)
                model = DistributedDataParallel(model)  # wrap anew, so that DDP knows it""");
        assertThat(actions(finding.avoid()))
                .containsExactlyInAnyOrder(Action.FIND_UNUSED_PARAMETERS, Action.STATIC_GRAPH);
    }

    @Test
    void unfrozen_neverUsed_driftsNowhere() {
        TestJob job = TestJob.withDefault("body", "!aux").passes(2, 0).change(List.of(), List.of(2, 3));

        assertThat(job.passes(2, 0).findings()).isEmpty();
    }
}
