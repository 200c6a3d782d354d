package dev.gradwatch.collector.sink.terminal;

import dev.gradwatch.collector.model.JobReport.Mark;
import dev.gradwatch.collector.model.JobReport.ModuleUsage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The columns of the table of modules by ranks: one a rank where there are few, else one for all ranks whose marks are alike.
 *
 * @param label such as {@code rank 3} or {@code ranks 0-62}
 * @param index of a rank whose marks stand in the column
 */
record RankColumns(String label, int index) {
    /** So many ranks are shown one by one. */
    static final int MAX_SINGLE = 4;

    /** @param ranks the numbers of the ranks, in the order of the rows' marks */
    static List<RankColumns> of(List<Integer> ranks, List<ModuleUsage> rows) {
        List<RankColumns> columns = new ArrayList<>();
        if (ranks.size() <= MAX_SINGLE) {
            for (int i = 0; i < ranks.size(); i++) {
                columns.add(new RankColumns("rank " + ranks.get(i), i));
            }
            return columns;
        }
        for (List<Integer> alike : alike(ranks.size(), rows)) {
            List<Integer> numbers = alike.stream().map(ranks::get).toList();
            columns.add(new RankColumns((numbers.size() == 1 ? "rank " : "ranks ") + list(numbers), alike.get(0)));
        }
        return columns;
    }

    private static Collection<List<Integer>> alike(int ranks, List<ModuleUsage> rows) {
        Map<List<Mark>, List<Integer>> groups = new LinkedHashMap<>();
        for (int i = 0; i < ranks; i++) {
            int index = i;
            List<Mark> column = rows.stream().map(row -> mark(row, index)).toList();
            groups.computeIfAbsent(column, key -> new ArrayList<>()).add(i);
        }
        return groups.values();
    }

    /** Those that fit into so many cells. Where some do not, the ranks with the most trouble are kept. */
    static List<RankColumns> fitting(List<RankColumns> columns, List<ModuleUsage> rows, int cells) {
        List<RankColumns> byTrouble = new ArrayList<>(columns);
        if (columns.stream().mapToInt(RankColumns::cells).sum() > cells) {
            byTrouble.sort(Comparator.comparingLong((RankColumns column) -> rows.stream()
                            .filter(row -> Marks.troubled(mark(row, column.index())))
                            .count())
                    .reversed());
        }
        List<RankColumns> fitting = new ArrayList<>();
        int used = 0;
        for (RankColumns column : byTrouble) {
            if (used + column.cells() <= cells || fitting.isEmpty()) {
                fitting.add(column);
                used += column.cells();
            }
        }
        fitting.sort(Comparator.comparingInt(RankColumns::index));
        return fitting;
    }

    /** The width, the space before it included. */
    int cells() {
        return Cells.width(label) + 2;
    }

    static Mark mark(ModuleUsage row, int index) {
        return index < row.marks().size() ? row.marks().get(index) : Mark.UNKNOWN;
    }

    /** Ascending numbers with neighbours joined, {@code 0-3,7,9-11}; after a few pieces the rest is counted. */
    static String list(List<Integer> numbers) {
        StringBuilder text = new StringBuilder();
        int pieces = 0;
        for (int i = 0; i < numbers.size(); ) {
            int last = i;
            while (last + 1 < numbers.size() && numbers.get(last + 1) == numbers.get(last) + 1) {
                last++;
            }
            if (pieces++ == MAX_SINGLE) {
                return text + " +" + (numbers.size() - i);
            }
            text.append(text.length() == 0 ? "" : ",").append(numbers.get(i));
            if (last > i) {
                text.append(last == i + 1 ? "," : "-").append(numbers.get(last));
            }
            i = last + 1;
        }
        return text.toString();
    }
}
