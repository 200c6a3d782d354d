package dev.gradwatch.collector.analysis.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.analysis.TestJob;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Advice;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.PassFlags;
import dev.gradwatch.collector.model.Severity;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is said of models that DJL trains: the same causes, in DJL's words. */
class DjlFindingsTest {
    private static final int PASS = PassFlags.FORWARD_RAN | PassFlags.NO_SYNC;

    /** Words of torch and of DDP, and what processes do to each other. */
    private static final Pattern FOREIGN = Pattern.compile(
            "DDP|Distributed|torch|requires_grad|find_unused|static_graph|\\bwrap|no_grad|detach|Anomaly|all-reduce|nccl|lost the connection",
            Pattern.CASE_INSENSITIVE);

    @Test
    void neverCalled_namesTheBlockAndFreezesIt() {
        Finding finding = neverCalled().finding();

        assertThat(finding.id()).isEqualTo("never_called/02head");
        assertThat(finding.severity()).isEqualTo(Severity.WARNING);
        assertThat(finding.title()).isEqualTo("02head is registered in Net, but never called");
        assertThat(actions(finding.advice())).containsExactly(Action.REMOVE_OR_FREEZE);
        assertThat(finding.avoid()).isEmpty();
        assertThat(finding.advice().get(0).snippet()).isEqualTo("""
                        // once, before model.newTrainer(config); or do not add it to the block at all
                        model.getBlock().getChildren().get("02head").freezeParameters(true);""");
    }

    @Test
    void neverCalled_siblings_areOneFindingWithAChainOfChildren() {
        Finding finding = TestJob.djl("01body", "02heads_01Linear", "02heads_02Linear", "02heads_03Linear")
                .passes(5, 0, 3)
                .probe(new int[] {0, 3}, null)
                .finding();

        assertThat(finding.modules()).containsExactly("02heads_{01Linear,02Linear}");
        assertThat(finding.parameters()).startsWith("02heads_01Linear_weight");
        assertThat(finding.advice().get(0).snippet())
                .contains("get(\"02heads\").getChildren().get(\"02Linear\").freezeParameters(true);");
    }

    @Test
    void neverCalled_manyBlocks_areFrozenInALoop() {
        Finding finding = TestJob.djl(
                        "01a_01x", "01a_02y", "02b_01x", "02b_02y", "03c_01x", "03c_02y", "04d_01x", "04d_02y",
                        "05e_01x", "05e_02y")
                .passes(5, 0, 2, 4, 6, 8)
                .probe(new int[] {0, 2, 4, 6, 8}, null)
                .finding();

        assertThat(finding.advice().get(0).snippet())
                .contains("Stream.of(\"01a_02y_\", ", "each.getValue().freeze(true);");
    }

    @Test
    void neverCalled_oneParameterOfABlock_isFrozenByItself() {
        TestJob job = TestJob.djl("01body", "02head");
        for (int i = 0; i < 5; i++) {
            job.step(0, PASS, new long[] {0b0111}, null, Double.NaN);
        }
        Finding finding = job.probe(new int[] {0, 1}, null).finding();

        assertThat(finding.parameters()).containsExactly("02head_bias");
        assertThat(finding.advice().get(1).snippet())
                .contains("get(\"02head\").getDirectParameters().get(\"bias\").freeze(true);");
    }

    @Test
    void graphCut_saysThatTheOutputDoesNotReachTheLoss() {
        Finding finding = graphCut().finding();

        assertThat(finding.id()).isEqualTo("graph_cut/02head");
        assertThat(finding.title()).contains("02head ran, but no gradient came back");
        assertThat(actions(finding.advice())).containsExactly(Action.USE_OR_DROP_OUTPUT, Action.REMOVE_OR_FREEZE);
        assertThat(finding.advice().get(0).why()).contains("stopGradient()", "toFloatArray()");
    }

    @Test
    void zeroGradient_hasNoFlagToAvoid() {
        Finding finding = zeroGradient().finding();

        assertThat(finding.id()).isEqualTo("zero_gradient/02head");
        assertThat(finding.avoid()).isEmpty();
        assertThat(finding.detail()).endsWith("Weight decay still moves the weights.");
    }

    @Test
    void usedInSomeSteps_isAnInfo() {
        Finding finding = intermittent().finding();

        assertThat(finding.id()).isEqualTo("intermittent/02head");
        assertThat(finding.severity()).isEqualTo(Severity.INFO);
        assertThat(actions(finding.advice())).containsExactly(Action.KEEP_OR_FREEZE_UNUSED);
        assertThat(finding.advice().get(0).snippet())
                .contains("freezeParameters(true);\ntrainer.step();\n", "freezeParameters(false);");
        assertThat(late().ids()).containsExactly("late_first_use/02head");
    }

    @Test
    void usedOnSomeDevices_isAnInfo() {
        Finding finding = divergent().finding();

        assertThat(finding.cause()).isEqualTo(Cause.RANK_DIVERGENT);
        assertThat(finding.severity()).isEqualTo(Severity.INFO);
        assertThat(finding.ranks()).containsExactly(1);
    }

    @Test
    void nonfinite_looksAtTheValues() {
        Finding finding = nonfinite().finding();

        assertThat(finding.cause()).isEqualTo(Cause.NONFINITE_GRADIENT);
        assertThat(finding.advice().get(0).snippet()).contains("if (step == 2)", "Utils.checkParameterValues");
    }

    @Test
    void exploding_clipsByTheOptimizer() {
        Finding finding = exploding().finding();

        assertThat(finding.cause()).isEqualTo(Cause.EXPLODING_GRADIENT);
        assertThat(finding.advice().get(0).snippet()).contains(".optClipGrad(1f)");
    }

    @Test
    void healthyAndFrozen_areNoFindings() {
        assertThat(TestJob.djl("01body", "!02head").passes(60, 0).findings()).isEmpty();
        assertThat(TestJob.djl("01body", "02head")
                        .passes(3, 0, 1)
                        .change(List.of(2, 3), List.of())
                        .passes(60, 0)
                        .findings())
                .isEmpty();
    }

    static Stream<TestJob> all() {
        return Stream.of(
                neverCalled(),
                graphCut(),
                zeroGradient(),
                intermittent(),
                late(),
                divergent(),
                nonfinite(),
                exploding(),
                TestJob.djl("01body", "02head").pass(0));
    }

    @ParameterizedTest
    @MethodSource("all")
    void finding_speaksOfNothingThatDjlHasNot(TestJob job) {
        Finding finding = job.finding();

        assertThat(finding.title() + "\n" + finding.detail()).doesNotContainPattern(FOREIGN);
        Stream.concat(finding.advice().stream(), finding.avoid().stream())
                .forEach(advice -> assertThat(advice.action() + "\n" + advice.why() + "\n" + advice.snippet())
                        .doesNotContainPattern(FOREIGN));
    }

    @Test
    void report_namesTheFramework() {
        assertThat(neverCalled().report().framework()).isEqualTo("djl 0.35.1");
    }

    private static TestJob neverCalled() {
        return TestJob.djl("01body", "02head").passes(5, 0).probe(new int[] {0}, null);
    }

    private static TestJob graphCut() {
        return TestJob.djl("01body", "02head").passes(5, 0).probe(new int[] {0, 1}, null);
    }

    private static TestJob zeroGradient() {
        TestJob job = TestJob.djl("01body", "02head");
        for (int i = 0; i < 5; i++) {
            job.norms(0, 1, 1, 0, 0);
        }
        return job.probe(new int[] {0, 1}, null);
    }

    private static TestJob intermittent() {
        return TestJob.djl("01body", "02head").passes(3, 0, 1).passes(5, 0).probe(new int[] {0, 1}, null);
    }

    private static TestJob late() {
        return TestJob.djl("01body", "02head").passes(3, 0).passes(5, 0, 1).probe(new int[] {0, 1}, null);
    }

    private static TestJob divergent() {
        TestJob job = TestJob.djl(2, "01body", "02head");
        for (int i = 0; i < 5; i++) {
            job.passOn(0, PASS, 0, 1).passOn(1, PASS, 0);
        }
        return job.probe(new int[] {0, 1}, null);
    }

    private static TestJob nonfinite() {
        TestJob job = TestJob.djl("01body");
        return job.norms(0, 1, 1)
                .norms(0, 1, 1)
                .norms(0, Float.NaN, 1)
                .norms(0, Float.NaN, 1)
                .norms(0, Float.NaN, 1);
    }

    private static TestJob exploding() {
        TestJob job = TestJob.djl("01body");
        for (int i = 0; i < 20; i++) {
            job.norms(0, 1, 1);
        }
        return job.norms(0, 50, 1).norms(0, 500, 1).norms(0, 5_000, 1).norms(0, 50_000, 1);
    }

    private static List<Action> actions(List<Advice> advice) {
        return advice.stream().map(Advice::action).toList();
    }
}
