package dev.gradwatch.collector.sink.terminal;

import java.util.List;
import java.util.function.UnaryOperator;

/** Lines under way to a terminal, wrapped to its width. */
final class Paper {
    private static final String NAME = "gradwatch";

    final Cells cells;
    final Palette palette;
    private final int columns;
    private final String separator;
    private final StringBuilder text = new StringBuilder();

    Paper(Terminal terminal) {
        this.cells = new Cells(terminal.unicode());
        this.palette = new Palette(terminal.colour());
        this.columns = terminal.columns();
        this.separator = terminal.unicode() ? " · " : " | ";
    }

    int columns() {
        return columns;
    }

    /** The name of the tool and short facts beside it, broken between facts where the line is longer than so many cells. */
    void facts(List<String> facts, int columns) {
        StringBuilder line = new StringBuilder(palette.strong(NAME)).append(' ');
        String before = " ";
        for (String fact : facts) {
            String clean = cells.clean(fact);
            if (!before.equals(" ")
                    && Cells.width(line.toString()) + separator.length() + Cells.width(clean) > columns) {
                line(line + separator);
                line.setLength(0);
                line.append(" ".repeat(NAME.length() + 1));
                before = " ";
            }
            line.append(before).append(clean);
            before = separator;
        }
        line(line.toString());
    }

    /** A line as it is. */
    void line(String line) {
        text.append(line.stripTrailing()).append('\n');
    }

    /** An empty line, unless one is there. */
    void gap() {
        if (text.length() > 0 && !text.toString().endsWith("\n\n")) {
            text.append('\n');
        }
    }

    /** Foreign text, cleaned and wrapped, each line that far in and painted. */
    void paragraph(int indent, String foreign, UnaryOperator<String> paint) {
        String margin = " ".repeat(indent);
        for (String line : Cells.wrap(cells.clean(foreign), columns - indent)) {
            line(margin + paint.apply(line));
        }
    }

    void paragraph(int indent, String foreign) {
        paragraph(indent, foreign, UnaryOperator.identity());
    }

    /** A word in the margin, and foreign text that hangs beside it. */
    void hanging(String label, int labelCells, String foreign) {
        int indent = 2 + labelCells;
        String margin = "  " + Cells.padRight(label, labelCells);
        List<String> lines = Cells.wrap(cells.clean(foreign), columns - indent);
        for (String line : lines) {
            line(margin + line);
            margin = " ".repeat(indent);
        }
    }

    /** Code to paste: cleaned, never wrapped. */
    void code(int indent, String snippet) {
        snippet.stripTrailing().lines().forEach(line -> line(" ".repeat(indent) + cells.clean(line)));
    }

    @Override
    public String toString() {
        return text.toString().stripTrailing() + "\n";
    }
}
