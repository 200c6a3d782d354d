package dev.gradwatch.collector.analysis.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.analysis.TestJob;
import dev.gradwatch.collector.model.JobReport.Mark;
import dev.gradwatch.collector.model.JobReport.ModuleUsage;
import dev.gradwatch.collector.model.PassFlags;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class UsageTableTest {
    @Test
    void rows_foldToWhatDiffers() {
        TestJob job = TestJob.withDefault(
                "encoder.0", "encoder.1", "decoder.seg.0", "decoder.seg.1", "decoder.seg.2", "decoder.seg.3");
        List<ModuleUsage> rows = job.pass(0, 1, 3, 4, 5)
                .probe(new int[] {0, 1, 2, 3, 4, 5}, new int[] {0, 1, 2, 3, 4, 5})
                .report()
                .models()
                .get(0)
                .modules();

        assertThat(rows)
                .containsExactly(
                        new ModuleUsage("encoder", 4, List.of(Mark.USED, Mark.USED), ""),
                        new ModuleUsage("decoder.seg.0", 2, List.of(Mark.NEVER, Mark.NEVER), "not in the loss"),
                        new ModuleUsage("decoder.seg.1-3", 6, List.of(Mark.USED, Mark.USED), ""));
    }

    @Test
    void rows_ofAnEvenModel_areOne() {
        assertThat(TestJob.withDefault("a", "b")
                        .pass(0, 1)
                        .report()
                        .models()
                        .get(0)
                        .modules())
                .containsExactly(new ModuleUsage("Net", 4, List.of(Mark.USED, Mark.USED), ""));
    }

    @Test
    void marks_tellRanksApart() {
        TestJob job = TestJob.withFind("body", "aux", "!frozen");
        job.passOn(0, PassFlags.FORWARD_RAN, 0, 1).passOn(1, PassFlags.FORWARD_RAN, 0);

        assertThat(job.report().models().get(0).modules())
                .containsExactly(
                        new ModuleUsage("body", 2, List.of(Mark.USED, Mark.USED), ""),
                        new ModuleUsage("aux", 2, List.of(Mark.USED, Mark.NEVER), "ranks differ"),
                        new ModuleUsage("frozen", 2, List.of(Mark.FROZEN, Mark.FROZEN), ""));
    }

    @Test
    void rows_pastTheMost_keepTheTroubled() {
        String[] names = IntStream.range(0, 31).mapToObj(i -> "m" + i + "x").toArray(String[]::new);
        List<ModuleUsage> rows = TestJob.withFind(names)
                .pass(IntStream.range(0, 30).toArray())
                .report()
                .models()
                .get(0)
                .modules();

        assertThat(rows).hasSize(UsageTable.MAX_ROWS);
        assertThat(rows.get(rows.size() - 1).modules()).isEqualTo("m30x");
    }
}
