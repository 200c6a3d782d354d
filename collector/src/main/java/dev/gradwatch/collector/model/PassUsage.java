package dev.gradwatch.collector.model;

import dev.gradwatch.collector.model.JobReport.Mark;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of each parameter of one model over time, on one rank or on the worst of all.
 *
 * @param rank null where it is all ranks
 * @param first pass of the first column; -1 where nothing was watched
 * @param last pass of the last column; -1 where nothing was watched
 * @param folded of the passes of which only counts are left; null where there are none among these
 * @param parameters in the order of {@code named_parameters()}
 */
public record PassUsage(
        @Nullable Integer rank,
        int model,
        long first,
        long last,
        @Nullable Folded folded,
        List<Column> columns,
        List<Row> parameters) {
    public PassUsage {
        columns = List.copyOf(columns);
        parameters = List.copyOf(parameters);
    }

    /**
     * Neighbouring backward passes, watched or not.
     *
     * @param watched how many of them were watched and ran to their end, on the rank that was watched most; -1 where only counts are left of some
     */
    public record Column(long first, long last, long watched) {}

    /**
     * Passes whose patterns a ledger had no room for: of which of them a parameter was used in, only the count is known.
     *
     * @param passes watched between first and last, on the rank that has most
     */
    public record Folded(long first, long last, long passes) {}

    /**
     * @param marks one a column: {@link Mark#USED} is used in each pass that tells, {@link Mark#SOMETIMES} in some, {@link Mark#NEVER} in none, and
     *     {@link Mark#UNKNOWN} is nothing watched
     */
    public record Row(int index, String name, List<Mark> marks) {}

    /**
     * What is asked for.
     *
     * @param rank null for all
     * @param columns at most
     * @param from backward pass, or the first watched if that is later
     * @param to backward pass, or the last watched if that is earlier
     */
    public record Asked(@Nullable Integer rank, int model, int columns, long from, long to) {}
}
