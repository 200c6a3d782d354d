package dev.gradwatch.collector.analysis.detect;

import static dev.gradwatch.collector.analysis.detect.NeverUsedDetectorTest.actions;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.analysis.TestJob;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.Manifest;
import dev.gradwatch.collector.model.PassFlags;
import dev.gradwatch.collector.model.Severity;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Of {@link ZeroGradientDetector}, {@link NonfiniteDetector} and {@link NormTrendDetector}. */
class GradientHealthTest {
    private static final float NAN = Float.NaN;

    @Test
    void zero_inEachStep_isAWarning() {
        TestJob job = TestJob.withDefault("body", "aux");
        Finding finding = norms(job, 6, 1, 1, 0, 0).finding();

        assertThat(finding.cause()).isEqualTo(Cause.ZERO_GRADIENT);
        assertThat(finding.severity()).isEqualTo(Severity.WARNING);
        assertThat(finding.parameters()).containsExactly("aux.weight", "aux.bias");
        assertThat(actions(finding.avoid())).containsExactly(Action.FIND_UNUSED_PARAMETERS);
    }

    @Test
    void zero_thatEnded_isHowLoraStarts() {
        TestJob job = TestJob.withDefault("body", "aux");
        norms(job, 2, 1, 1, 0, 0);

        assertThat(norms(job, 4, 1, 1, 1e-9f, 1).findings()).isEmpty();
    }

    @Test
    void zero_beforeTheOptimizerMoved_isNoFinding() {
        TestJob job = TestJob.withDefault("body", "aux");

        assertThat(norms(job, 2, 1, 1, 0, 0).findings()).isEmpty();
    }

    @Test
    void zero_leftByZeroGradOnAnUnusedParameter_isNoSecondFinding() {
        TestJob job = TestJob.withFind("body", "aux");
        for (int i = 0; i < 6; i++) {
            for (int rank = 0; rank < 2; rank++) {
                job.step(rank, PassFlags.FORWARD_RAN, TestJob.used(0), new float[] {1, 1, 0, 0}, Double.NaN);
            }
        }

        assertThat(job.finding().cause()).isEqualTo(Cause.NEVER_CALLED);
    }

    @Test
    void nonfinite_lasting_namesTheFirstStepAndSilencesTheRest() {
        TestJob job = norms(TestJob.withDefault("body", "aux"), 3, 1, 1, 1, 1);
        Finding finding = norms(job, 3, NAN, NAN, NAN, NAN).finding();

        assertThat(finding.cause()).isEqualTo(Cause.NONFINITE_GRADIENT);
        assertThat(finding.severity()).isEqualTo(Severity.CRITICAL);
        assertThat(finding.evidence().firstStep()).isEqualTo(3);
        assertThat(finding.advice().get(0).snippet()).contains("if step == 3:");
    }

    @Test
    void nonfinite_thatTheJobSkipped_isAWarning() {
        TestJob job = norms(TestJob.withDefault("body", "aux"), 3, 1, 1, 1, 1);
        norms(job, 1, 1, NAN, 1, 1);
        Finding finding = norms(job, 3, 1, 1, 1, 1).finding();

        assertThat(finding.severity()).isEqualTo(Severity.WARNING);
        assertThat(finding.parameters()).containsExactly("body.bias");
    }

    @Test
    void nonfinite_lastingAfterOneThatEnded_namesTheOneThatLasts() {
        TestJob job = norms(TestJob.withDefault("body", "aux"), 1, 1, NAN, 1, 1);
        norms(job, 3, 1, 1, 1, 1);
        Finding finding = norms(job, 2, 1, 1, NAN, 1).finding();

        assertThat(finding.title())
                .isEqualTo("gradients are NaN or infinite from backward pass 4 on, first in aux.weight");
    }

    @Test
    void nonfinite_underAGradScaler_isItsBusiness() {
        TestJob job = TestJob.withDefault("body");
        for (int i = 0; i < HealthFacts.PERSISTENT_SCALED - 1; i++) {
            scaledOverflow(job);
        }
        assertThat(job.findings()).isEmpty();

        scaledOverflow(job);
        assertThat(job.finding().cause()).isEqualTo(Cause.NONFINITE_GRADIENT);
    }

    @Test
    void overflowsUnderAGradScaler_doNotHideWhatElseIsWrong() {
        TestJob job = TestJob.withDefault("body", "aux");
        for (int i = 0; i < 8; i++) {
            boolean overflow = i == 0;
            for (int rank = 0; rank < 2; rank++) {
                job.step(
                        rank,
                        PassFlags.FORWARD_RAN | PassFlags.SCALED,
                        TestJob.used(0, 1),
                        new float[] {overflow ? NAN : 1, 1, 0, 0},
                        Double.NaN);
            }
        }

        assertThat(job.finding().cause()).isEqualTo(Cause.ZERO_GRADIENT);
    }

    @Test
    void overflowUnderAGradScaler_isNoMarkInTheTable() {
        TestJob job = TestJob.withDefault("body");
        norms(job, 3, 1, 1);
        scaledOverflow(job);

        assertThat(job.report().models().get(0).modules())
                .singleElement()
                .satisfies(row -> assertThat(row.marks()).containsOnly(JobReport.Mark.USED));
    }

    @Test
    void exploding_growingTenfold_isAWarning() {
        TestJob job = TestJob.withDefault("body");
        for (float norm = 1; norm < 100_000; norm *= 10) {
            norms(job, 1, norm, 0.5f);
        }

        assertThat(job.finding().cause()).isEqualTo(Cause.EXPLODING_GRADIENT);
        assertThat(actions(job.finding().advice())).containsExactly(Action.CLIP_GRADIENTS_OR_LOWER_RATE);
    }

    @Test
    void vanishing_fallingTenfold_isAWarning() {
        TestJob job = TestJob.withDefault("body");
        for (float norm = 1; norm > 0.00001f; norm /= 10) {
            norms(job, 1, norm, norm / 2);
        }

        assertThat(job.finding().cause()).isEqualTo(Cause.VANISHING_GRADIENT);
    }

    @Test
    void norm_steadyAtAnySize_isNoAlarm() {
        assertThat(norms(TestJob.withDefault("body"), 20, 50, 1).findings()).isEmpty();
        assertThat(norms(TestJob.withDefault("body"), 20, 0.01f, 0.001f).findings())
                .isEmpty();
    }

    @Test
    void norm_thatDrifts_isNoAlarm() {
        TestJob converging = TestJob.withDefault("body");
        TestJob growing = TestJob.withDefault("body");
        for (int i = 0; i < 80; i++) {
            norms(converging, 1, (float) Math.pow(0.93, i), 0);
            norms(growing, 1, (float) Math.pow(1.07, i), 0);
        }

        assertThat(converging.ids()).doesNotContain("vanishing_gradient/Net");
        assertThat(growing.ids()).doesNotContain("exploding_gradient/Net");
    }

    /** 16 passes and then windows of three, as a reporter takes norms: a norm that halves in 35 passes is tenfold less in the next window but one. */
    @Test
    void norm_thatFallsBetweenWatchedWindows_converges() {
        for (int gap : new int[] {40, 100, 160, 300}) {
            TestJob job = TestJob.withDefault("body");
            for (int i = 0, left = 16; i < 30; i++, left = 3) {
                for (; left > 0; left--) {
                    // Batches differ: up and down by a third.
                    double noise = 1 + 0.33 * Math.sin(7.0 * job.backward(0));
                    norms(job, 1, (float) (noise * Math.max(0.03, Math.pow(0.98, job.backward(0)))), 0);
                }
                job.unwatched(gap);
            }

            assertThat(job.ids()).as("windows %d passes apart", gap).doesNotContain("vanishing_gradient/Net");
        }
    }

    @Test
    void norm_thatFallsAtOnceBetweenWatchedWindows_vanishes() {
        TestJob job = norms(TestJob.withDefault("body"), 16, 1, 0.5f);
        for (int i = 0; i < 4; i++) {
            norms(job.unwatched(60), 3, 1, 0.4f);
        }
        norms(job.unwatched(60), 3, 0.001f, 0.0005f);

        assertThat(job.finding().cause()).isEqualTo(Cause.VANISHING_GRADIENT);
    }

    @Test
    void norm_thatCameBack_isWorthKnowingOnly() {
        TestJob job = norms(TestJob.withDefault("body"), 10, 1, 1);
        norms(job, 4, 400, 1);
        assertThat(job.finding().severity()).isEqualTo(Severity.WARNING);

        Finding finding = norms(job, 6, 1, 1).finding();
        assertThat(finding.severity()).isEqualTo(Severity.INFO);
        assertThat(finding.title())
                .isEqualTo("the gradient exploded for a while: its total norm was 400 after a median of 1.41");
    }

    @Test
    void norm_thatStaysAway_hasNotComeBackWhenItsMedianFollows() {
        TestJob job = norms(TestJob.withDefault("body"), 10, 1, 1);

        assertThat(norms(job, 40, 1e-5f, 1e-5f).finding().severity()).isEqualTo(Severity.WARNING);
    }

    @Test
    void zero_ofATensorWithoutElements_isNoFinding() {
        Manifest.Parameter empty =
                new Manifest.Parameter("body.empty", List.of(0), "float32", true, true, 1, List.of());
        Manifest manifest = TestJob.manifest(
                0, "Net", List.of("body"), new Manifest.DdpSettings(false, false, true, false, 25, false));
        List<Manifest.Parameter> parameters = new ArrayList<>(manifest.parameters());
        parameters.add(empty);
        TestJob job = new TestJob(2)
                .start(new Manifest(
                        0, "Net", manifest.wrapper(), 3, 3, manifest.modules(), parameters, manifest.ddp(), List.of()));

        assertThat(norms(job, 6, 1, 1, 0).findings()).isEmpty();
    }

    @Test
    void norm_oneSpike_isNoAlarm() {
        TestJob job = norms(TestJob.withDefault("body"), 10, 1, 1);
        norms(job, 2, 400, 1);

        assertThat(norms(job, 3, 1, 1).findings()).isEmpty();
    }

    private static TestJob norms(TestJob job, int passes, float... norms) {
        for (int i = 0; i < passes; i++) {
            job.norms(0, norms).norms(1, norms);
        }
        return job;
    }

    private static void scaledOverflow(TestJob job) {
        for (int rank = 0; rank < 2; rank++) {
            job.step(
                    rank,
                    PassFlags.FORWARD_RAN | PassFlags.SCALED,
                    TestJob.used(0),
                    new float[] {NAN, Float.POSITIVE_INFINITY},
                    Double.NaN);
        }
    }
}
