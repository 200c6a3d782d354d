package dev.gradwatch.collector.model;

import dev.gradwatch.collector.model.JobReport.Mark;
import java.util.List;

/**
 * What became of each parameter on each rank, in one mark, and nothing else: of ten thousand parameters on 64 ranks it takes a hundredth of what
 * {@link ParameterUsage} takes, since most parameters share their marks with others.
 *
 * @param ranks in the order of {@link JobReport#ranks}
 * @param patterns that occur, each one mark a rank
 */
public record ParameterMarks(List<Integer> ranks, List<List<Mark>> patterns, List<Row> rows) {
    public ParameterMarks {
        ranks = List.copyOf(ranks);
        patterns = List.copyOf(patterns);
        rows = List.copyOf(rows);
    }

    /**
     * @param index its place in {@code named_parameters()}
     * @param aliases its other names
     * @param pattern its place among the patterns
     */
    public record Row(int model, int index, String name, List<String> aliases, int pattern) {
        public Row {
            aliases = List.copyOf(aliases);
        }
    }

    /** With these rows of it alone. */
    public ParameterMarks with(List<Row> some) {
        return new ParameterMarks(ranks, patterns, some);
    }
}
