package dev.gradwatch.collector.sink.terminal;

import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.JobReport.Mark;
import dev.gradwatch.collector.model.JobReport.Model;
import dev.gradwatch.collector.model.JobReport.ModuleUsage;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The evidence: modules by ranks.
 *
 * <pre>
 *     ● gradient  ○ none             rank 0  rank 1
 *     encoder                30        ●       ●
 *     decoder.seg_layers.0    2        ○       ○     not in the loss
 * </pre>
 */
final class UsageTable {
    /** One screen; the report has the rest. */
    private static final int MAX_ROWS = 24;

    private static final int INDENT = 4;
    private static final int GAP = 2;
    private static final int MAX_NOTE = 40;

    private final Paper paper;
    private final boolean unicode;

    UsageTable(Paper paper, boolean unicode) {
        this.paper = paper;
        this.unicode = unicode;
    }

    void print(JobReport report, Model model) {
        List<ModuleUsage> rows = model.modules().stream().limit(MAX_ROWS).toList();
        List<Integer> ranks = report.ranks().stream().map(JobReport.Rank::rank).toList();
        List<String> names = rows.stream()
                .map(row -> row.modules().isEmpty() ? model.name() : row.modules())
                .map(paper.cells::clean)
                .toList();
        List<String> notes =
                rows.stream().map(row -> paper.cells.clean(row.note())).toList();

        int room = paper.columns() - INDENT;
        String legend = legend(rows);
        int countCells =
                widest(rows.stream().map(row -> String.valueOf(row.tensors())).toList());
        int nameCells = Math.max(Cells.width(legend) - countCells, Math.min(widest(names), room / 2));
        int noteCells = Math.min(widest(notes), MAX_NOTE);
        int leftCells = nameCells + GAP + countCells;
        List<RankColumns> columns = RankColumns.of(ranks, rows);
        List<RankColumns> shown =
                RankColumns.fitting(columns, rows, room - leftCells - (noteCells == 0 ? 0 : noteCells + GAP));
        int used = leftCells + shown.stream().mapToInt(RankColumns::cells).sum();

        header(legend, shown, leftCells);
        for (int i = 0; i < rows.size(); i++) {
            ModuleUsage row = rows.get(i);
            StringBuilder line = new StringBuilder(" ".repeat(INDENT))
                    .append(Cells.padRight(paper.cells.cut(names.get(i), nameCells), nameCells))
                    .append(Cells.padLeft(String.valueOf(row.tensors()), GAP + countCells));
            for (RankColumns column : shown) {
                line.append(painted(RankColumns.mark(row, column.index()), column.cells()));
            }
            paper.line(line.append(" ".repeat(GAP)) + paper.cells.cut(notes.get(i), Math.max(0, room - used - GAP)));
        }
        more(model.modules().size() - rows.size(), "rows");
        more(columns.size() - shown.size(), "groups of ranks");
    }

    private static int widest(List<String> texts) {
        return texts.stream().mapToInt(Cells::width).max().orElse(0);
    }

    private void more(int count, String what) {
        if (count > 0) {
            paper.line(" ".repeat(INDENT) + "and " + count + " more " + what + " in the report");
        }
    }

    private void header(String legend, List<RankColumns> columns, int leftCells) {
        StringBuilder labels = new StringBuilder();
        for (RankColumns column : columns) {
            labels.append(Cells.centre(column.label(), column.cells()));
        }
        paper.line(" ".repeat(INDENT) + Cells.padRight(legend, leftCells) + labels);
    }

    private String legend(List<ModuleUsage> rows) {
        Set<Mark> marks = EnumSet.noneOf(Mark.class);
        rows.forEach(row -> marks.addAll(row.marks()));
        return marks.stream()
                .map(mark -> Marks.sign(mark, unicode) + " " + Marks.words(mark))
                .collect(Collectors.joining("  "));
    }

    private String painted(Mark mark, int cells) {
        String sign = Cells.centre(Marks.sign(mark, unicode), cells);
        return Marks.troubled(mark) ? paper.palette.bad(sign) : sign;
    }

    /** Whether the table would show anything but use. */
    static boolean hasTrouble(Model model) {
        return model.modules().stream().anyMatch(row -> row.marks().stream().anyMatch(Marks::troubled));
    }
}
