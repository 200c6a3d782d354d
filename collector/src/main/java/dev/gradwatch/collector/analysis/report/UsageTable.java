package dev.gradwatch.collector.analysis.report;

import dev.gradwatch.collector.analysis.detect.ModelView;
import dev.gradwatch.collector.model.JobReport.ModuleUsage;
import dev.gradwatch.collector.model.Manifest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The table of modules by ranks, folded to what differs: a subtree in which all marks agree is one row, and neighbours by number that agree are one
 * row too ({@code decoder.seg_layers.1-3}). Past {@link #MAX_ROWS} the rows without trouble go first.
 */
final class UsageTable {
    static final int MAX_ROWS = 20;

    private final Manifest manifest;
    private final UsageMarks marks;
    private final ModuleTree tree;
    private final List<Row> rows = new ArrayList<>();

    private static final class Row {
        final String parent;
        final int firstNumber;
        int lastNumber;
        final String name;
        int tensors;
        final int parameter;

        Row(String name, int number, int tensors, int parameter) {
            this.name = name;
            this.parent = name.contains(".") ? name.substring(0, name.lastIndexOf('.')) : "";
            this.firstNumber = number;
            this.lastNumber = number;
            this.tensors = tensors;
            this.parameter = parameter;
        }
    }

    UsageTable(ModelView model, List<Integer> ranks) {
        this.manifest = model.manifest();
        this.marks = new UsageMarks(model, ranks);
        this.tree = new ModuleTree(manifest);
    }

    List<ModuleUsage> rows() {
        if (manifest.parameters().isEmpty()) {
            return List.of();
        }
        add(tree.root());
        return shortened().stream().map(this::usage).toList();
    }

    private void add(ModuleTree.Node node) {
        int first = node.firstParameter();
        if (node.agrees(parameter -> marks.key(parameter) == marks.key(first))) {
            addRow(node.isRoot() ? manifest.name() : node.name(), node.number(), node.tensors(), first);
            return;
        }
        for (ModuleTree.Node child : node.children()) {
            add(child);
        }
    }

    private void addRow(String name, int number, int tensors, int parameter) {
        Row before = rows.isEmpty() ? null : rows.get(rows.size() - 1);
        Row row = new Row(name, number, tensors, parameter);
        if (before != null
                && number >= 0
                && before.lastNumber == number - 1
                && before.firstNumber >= 0
                && before.parent.equals(row.parent)
                && marks.key(before.parameter) == marks.key(parameter)) {
            before.lastNumber = number;
            before.tensors += tensors;
        } else {
            rows.add(row);
        }
    }

    private List<Row> shortened() {
        if (rows.size() <= MAX_ROWS) {
            return rows;
        }
        List<Row> byTrouble = new ArrayList<>(rows);
        byTrouble.sort(Comparator.comparing(row -> !marks.isTroubled(row.parameter)));
        List<Row> kept = new ArrayList<>(byTrouble.subList(0, MAX_ROWS));
        kept.sort(Comparator.comparingInt(rows::indexOf));
        return kept;
    }

    private ModuleUsage usage(Row row) {
        String name = row.lastNumber > row.firstNumber
                ? (row.parent.isEmpty() ? "" : row.parent + ".") + row.firstNumber + "-" + row.lastNumber
                : row.name;
        return new ModuleUsage(name, row.tensors, marks.of(row.parameter), marks.note(row.parameter));
    }
}
