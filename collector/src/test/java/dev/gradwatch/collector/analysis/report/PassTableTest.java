package dev.gradwatch.collector.analysis.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.analysis.TestJob;
import dev.gradwatch.collector.model.JobReport.Mark;
import dev.gradwatch.collector.model.PassFlags;
import dev.gradwatch.collector.model.PassUsage;
import dev.gradwatch.collector.model.PassUsage.Asked;
import dev.gradwatch.collector.model.PassUsage.Column;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PassTableTest {
    private static PassUsage usage(TestJob job, Integer rank, int columns) {
        return job.state()
                .passes(new Asked(rank, 0, columns, 0, Long.MAX_VALUE))
                .orElseThrow();
    }

    /** The first letters of the marks of a module's weight. */
    private static String marks(PassUsage usage, int module) {
        return usage.parameters().get(2 * module).marks().stream()
                .map(mark -> mark.id().substring(0, 2))
                .collect(Collectors.joining(" "));
    }

    @Test
    void columns_shareThePassesEvenly() {
        PassUsage usage = usage(TestJob.withFind("a").passes(10, 0), 0, 4);
        assertThat(usage.columns())
                .containsExactly(new Column(0, 2, 3), new Column(3, 5, 3), new Column(6, 8, 3), new Column(9, 9, 1));
        assertThat(usage.first()).isZero();
        assertThat(usage.last()).isEqualTo(9);
        assertThat(usage.folded()).isNull();
    }

    @Test
    void columns_areNoMoreThanPasses() {
        assertThat(usage(TestJob.withFind("a").passes(3, 0), 0, 400).columns()).hasSize(3);
    }

    @Test
    void oneRankOnly_isToldApart_andTheWorstIsThatOfAll() {
        TestJob job = TestJob.withFind("body", "aux");
        job.passOn(0, PassFlags.FORWARD_RAN, 0, 1).passOn(1, PassFlags.FORWARD_RAN, 0);

        assertThat(marks(usage(job, 0, 1), 1)).isEqualTo("us");
        assertThat(marks(usage(job, 1, 1), 1)).isEqualTo("ne");
        assertThat(marks(usage(job, null, 1), 1)).isEqualTo("ne");
        assertThat(usage(job, null, 1).rank()).isNull();
    }

    @Test
    void intermittent_isSomeOfAColumnOrAllOfAnother() {
        TestJob job = TestJob.withFind("body", "aux");
        job.passes(2, 0, 1).passes(1, 0, 1).passes(1, 0).passes(2, 0);

        assertThat(marks(usage(job, 0, 3), 1)).isEqualTo("us so ne");
        assertThat(marks(usage(job, 0, 3), 0)).isEqualTo("us us us");
    }

    @Test
    void lateFirstUse_isNeverBefore() {
        assertThat(marks(usage(TestJob.withFind("body", "late").passes(4, 0).passes(4, 0, 1), 0, 2), 1))
                .isEqualTo("ne us");
    }

    @Test
    void frozenMidway_isFrozenFromThere() {
        TestJob job = TestJob.withFind("body", "head", "!stem");
        job.passes(3, 0, 1).change(List.of(2, 3), List.of()).passes(3, 0);

        assertThat(marks(usage(job, 0, 2), 1)).isEqualTo("us fr");
        assertThat(marks(usage(job, 0, 2), 2)).isEqualTo("fr fr");
    }

    @Test
    void unfrozenMidway_wasFrozenBefore() {
        TestJob job = TestJob.withFind("body", "!head");
        job.passes(3, 0).change(List.of(), List.of(2, 3)).passes(3, 0, 1);

        assertThat(marks(usage(job, 0, 2), 1)).isEqualTo("fr us");
    }

    @Test
    void betweenWindows_nothingIsKnown() {
        TestJob job = TestJob.withFind("body").passes(2, 0).unwatched(2).passes(2, 0);
        PassUsage usage = usage(job, 0, 3);

        assertThat(marks(usage, 0)).isEqualTo("us un us");
        assertThat(usage.columns()).extracting(Column::watched).containsExactly(2L, 0L, 2L);
    }

    @Test
    void passesThatProveNothing_leaveTheUnusedUnknown() {
        TestJob job = TestJob.withFind("body", "aux");
        job.passOn(0, PassFlags.FORWARD_RAN | PassFlags.PARTIAL, 0).passOn(0, PassFlags.FORWARD_RAN, 0, 1);
        PassUsage usage = usage(job, 0, 2);

        assertThat(marks(usage, 0)).isEqualTo("us us");
        assertThat(marks(usage, 1)).isEqualTo("un us");
        assertThat(usage.columns()).extracting(Column::watched).containsExactly(0L, 1L);
    }

    @Test
    void zeroAndNotFinite_areWhereTheyWere() {
        TestJob job = TestJob.plain("body");
        job.norms(0, 1, 0).norms(0, Float.NaN, 1);
        PassUsage usage = usage(job, 0, 2);

        assertThat(usage.parameters().get(0).marks()).containsExactly(Mark.USED, Mark.NONFINITE);
        assertThat(usage.parameters().get(1).marks()).containsExactly(Mark.ZERO, Mark.USED);
    }

    @Test
    void foldedPasses_areToldTogether() {
        TestJob job = TestJob.withFind("body", "aux", "dead");
        for (int i = 0; i < 5000; i++) {
            job.passOn(0, PassFlags.FORWARD_RAN, i % 2 == 0 ? new int[] {0} : new int[] {0, 1});
        }
        PassUsage usage = usage(job, 0, 10);

        assertThat(usage.folded()).isNotNull();
        assertThat(usage.folded().first()).isZero();
        assertThat(usage.columns().get(0).watched()).isEqualTo(-1);
        assertThat(usage.columns().get(9).watched()).isEqualTo(500);
        assertThat(marks(usage, 0)).startsWith("us us").endsWith("us");
        assertThat(marks(usage, 1)).startsWith("so so").endsWith("so");
        assertThat(marks(usage, 2)).startsWith("ne ne").endsWith("ne");
        PassUsage later = job.state()
                .passes(new Asked(0, 0, 4, usage.folded().last() + 1, Long.MAX_VALUE))
                .orElseThrow();
        assertThat(later.folded()).isNull();
        assertThat(later.first()).isEqualTo(usage.folded().last() + 1);
    }

    @Test
    void asked_isCutToWhatWasWatched() {
        TestJob job = TestJob.withFind("body").passes(10, 0);
        assertThat(job.state().passes(new Asked(0, 0, 4, 3, 5)).orElseThrow().columns())
                .extracting(Column::first)
                .containsExactly(3L, 4L, 5L);
        PassUsage none = job.state().passes(new Asked(0, 0, 4, 50, 60)).orElseThrow();
        assertThat(none.columns()).isEmpty();
        assertThat(none.first()).isEqualTo(-1);
        assertThat(none.parameters()).hasSize(2);
    }

    @Test
    void beforeTheFirstPass_thereIsNoColumn() {
        assertThat(usage(TestJob.withFind("body"), null, 4).columns()).isEmpty();
    }

    @Test
    void unknownRankOrModel_isEmpty() {
        TestJob job = TestJob.withFind("body").passes(1, 0);
        assertThat(job.state().passes(new Asked(2, 0, 4, 0, 9))).isEmpty();
        assertThat(job.state().passes(new Asked(0, 1, 4, 0, 9))).isEmpty();
    }
}
