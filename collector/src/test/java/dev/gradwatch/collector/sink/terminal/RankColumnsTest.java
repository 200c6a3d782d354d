package dev.gradwatch.collector.sink.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.model.JobReport.Mark;
import dev.gradwatch.collector.model.JobReport.ModuleUsage;
import dev.gradwatch.collector.model.SampleReports;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RankColumnsTest {
    @Test
    void list_joinsNeighboursAndCountsTheRest() {
        assertThat(RankColumns.list(List.of(0))).isEqualTo("0");
        assertThat(RankColumns.list(List.of(0, 1))).isEqualTo("0,1");
        assertThat(RankColumns.list(List.of(0, 1, 2, 7, 9, 10, 11))).isEqualTo("0-2,7,9-11");
        assertThat(RankColumns.list(
                        IntStream.range(0, 10).map(i -> 2 * i).boxed().toList()))
                .isEqualTo("0,2,4,6 +6");
    }

    @Test
    void fewRanks_standOneByOne() {
        assertThat(RankColumns.of(List.of(0, 3), List.of(row(Mark.USED, Mark.USED))))
                .containsExactly(new RankColumns("rank 0", 0), new RankColumns("rank 3", 1));
    }

    @Test
    void manyRanks_foldWhereEveryRowIsAlike() {
        assertThat(RankColumns.of(
                        List.of(0, 1, 2, 3, 4),
                        List.of(
                                row(Mark.USED, Mark.USED, Mark.USED, Mark.USED, Mark.USED),
                                row(Mark.USED, Mark.NEVER, Mark.USED, Mark.NEVER, Mark.USED))))
                .containsExactly(new RankColumns("ranks 0,2,4", 0), new RankColumns("ranks 1,3", 1));
    }

    @Test
    void littleRoom_keepsTheTroubledRanks() {
        List<ModuleUsage> rows = List.of(row(Mark.USED, Mark.NEVER));
        List<RankColumns> columns = RankColumns.of(List.of(0, 1), rows);
        assertThat(RankColumns.fitting(columns, rows, 16)).hasSize(2);
        assertThat(RankColumns.fitting(columns, rows, 15)).containsExactly(new RankColumns("rank 1", 1));
        assertThat(RankColumns.fitting(columns, rows, 0)).containsExactly(new RankColumns("rank 1", 1));
    }

    @Test
    void missingMark_isUnknown() {
        assertThat(RankColumns.mark(row(Mark.USED), 3)).isEqualTo(Mark.UNKNOWN);
    }

    private static ModuleUsage row(Mark... marks) {
        return SampleReports.row("encoder", 2, "", marks);
    }
}
