package dev.gradwatch.collector.analysis.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.analysis.TestJob;
import dev.gradwatch.collector.model.JobReport.Mark;
import dev.gradwatch.collector.model.ParameterMarks;
import dev.gradwatch.collector.model.ParameterUsage;
import dev.gradwatch.collector.model.PassFlags;
import java.util.List;
import org.junit.jupiter.api.Test;

class MarkTableTest {
    @Test
    void marks_areThoseOfTheWholeTable() {
        TestJob job = TestJob.withFind("body", "aux", "dead");
        job.passOn(0, PassFlags.FORWARD_RAN, 0, 1).passOn(1, PassFlags.FORWARD_RAN, 0);

        ParameterMarks marks = job.state().marks();
        List<ParameterUsage> whole = job.state().parameters();
        assertThat(marks.rows()).hasSameSizeAs(whole).hasSize(6);
        for (ParameterUsage usage : whole) {
            ParameterMarks.Row row = marks.rows().get(usage.index());
            assertThat(row.name()).isEqualTo(usage.name());
            assertThat(marks.patterns().get(row.pattern()))
                    .isEqualTo(usage.cells().stream()
                            .map(ParameterUsage.Cell::mark)
                            .toList());
        }
        assertThat(marks.ranks()).containsExactly(0, 1);
        assertThat(marks.patterns())
                .contains(List.of(Mark.USED, Mark.USED), List.of(Mark.USED, Mark.NEVER))
                .doesNotHaveDuplicates();
    }
}
