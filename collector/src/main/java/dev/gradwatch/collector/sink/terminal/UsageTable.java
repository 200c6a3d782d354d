package dev.gradwatch.collector.sink.terminal;

import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.JobReport.Mark;
import dev.gradwatch.collector.model.JobReport.Model;
import dev.gradwatch.collector.model.JobReport.ModuleUsage;
import java.util.ArrayList;
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
    private static final int MIN_NAME = 12;
    private static final int MIN_NOTE = 16;

    private final Paper paper;
    private final boolean unicode;

    UsageTable(Paper paper, boolean unicode) {
        this.paper = paper;
        this.unicode = unicode;
    }

    void print(JobReport report, Model model) {
        List<ModuleUsage> rows = model.modules().stream().limit(MAX_ROWS).toList();
        List<Integer> ranks = report.ranks().stream().map(JobReport.Rank::rank).toList();
        List<RankColumns> columns = RankColumns.of(ranks, rows);
        int room = paper.columns() - INDENT;

        List<String> names = rows.stream()
                .map(row -> row.modules().isEmpty() ? model.name() : row.modules())
                .map(paper.cells::clean)
                .toList();
        int countCells = rows.stream()
                .mapToInt(row -> String.valueOf(row.tensors()).length())
                .max()
                .orElse(1);
        int labelCells = columns.stream()
                .mapToInt(column -> Cells.width(column.label()))
                .max()
                .orElse(0);
        int nameCells = Math.max(
                MIN_NAME, Math.min(names.stream().mapToInt(Cells::width).max().orElse(0), room / 2));
        int columnsRoom = room - nameCells - GAP - countCells - MIN_NOTE;
        int shown = Math.max(1, Math.min(columns.size(), columnsRoom / (labelCells + GAP)));
        int noteCells = columnsRoom + MIN_NOTE - shown * (labelCells + GAP) - GAP;

        header(rows, columns, shown, labelCells, nameCells + GAP + countCells);
        for (int i = 0; i < rows.size(); i++) {
            ModuleUsage row = rows.get(i);
            StringBuilder line = new StringBuilder(" ".repeat(INDENT))
                    .append(Cells.padRight(paper.cells.cut(names.get(i), nameCells), nameCells))
                    .append(Cells.padLeft(String.valueOf(row.tensors()), GAP + countCells));
            for (RankColumns column : columns.subList(0, shown)) {
                Mark mark = RankColumns.mark(row, column.index());
                line.append(" ".repeat(GAP)).append(painted(mark, labelCells));
            }
            line.append(" ".repeat(GAP)).append(paper.cells.cut(paper.cells.clean(row.note()), noteCells));
            paper.line(line.toString());
        }
        if (rows.size() < model.modules().size()) {
            paper.line(
                    " ".repeat(INDENT) + "and " + (model.modules().size() - rows.size()) + " more rows in the report");
        }
    }

    private void header(List<ModuleUsage> rows, List<RankColumns> columns, int shown, int labelCells, int leftCells) {
        StringBuilder labels = new StringBuilder();
        for (RankColumns column : columns.subList(0, shown)) {
            labels.append(" ".repeat(GAP)).append(Cells.centre(column.label(), labelCells));
        }
        if (shown < columns.size()) {
            labels.append("  and ").append(columns.size() - shown).append(" more kinds of rank");
        }
        String legend = legend(rows);
        if (Cells.width(legend) > leftCells) {
            paper.line(" ".repeat(INDENT) + legend);
            legend = "";
        }
        paper.line(" ".repeat(INDENT) + Cells.padRight(legend, leftCells) + labels);
    }

    private String legend(List<ModuleUsage> rows) {
        Set<Mark> marks = EnumSet.noneOf(Mark.class);
        rows.forEach(row -> marks.addAll(row.marks()));
        return marks.stream()
                .map(mark -> Marks.sign(mark, unicode) + " " + Marks.words(mark))
                .collect(Collectors.collectingAndThen(
                        Collectors.toCollection(ArrayList::new), parts -> String.join("  ", parts)));
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
