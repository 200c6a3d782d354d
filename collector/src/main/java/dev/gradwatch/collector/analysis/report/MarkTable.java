package dev.gradwatch.collector.analysis.report;

import dev.gradwatch.collector.analysis.detect.JobView;
import dev.gradwatch.collector.analysis.detect.ModelView;
import dev.gradwatch.collector.model.JobReport.Mark;
import dev.gradwatch.collector.model.Manifest;
import dev.gradwatch.collector.model.ParameterMarks;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The mark of each parameter of each model on each rank. */
public final class MarkTable {
    private final List<Integer> ranks;
    private final Map<List<Mark>, Integer> patterns = new HashMap<>();
    private final List<List<Mark>> inOrder = new ArrayList<>();
    private final List<ParameterMarks.Row> rows = new ArrayList<>();

    private MarkTable(List<Integer> ranks) {
        this.ranks = ranks;
    }

    /** In the models' order; a rank without the model, or with another number of parameters, has an unknown mark. */
    public static ParameterMarks of(JobView job) {
        MarkTable table = new MarkTable(new ArrayList<>(job.ranks().keySet()));
        job.models().forEach(table::add);
        return new ParameterMarks(table.ranks, table.inOrder, table.rows);
    }

    private void add(ModelView model) {
        UsageMarks marks = new UsageMarks(model, ranks);
        Map<Integer, Integer> byKey = new HashMap<>();
        List<Manifest.Parameter> parameters = model.manifest().parameters();
        for (int p = 0; p < parameters.size(); p++) {
            Manifest.Parameter parameter = parameters.get(p);
            int key = marks.key(p);
            Integer pattern = byKey.get(key);
            if (pattern == null) {
                pattern = pattern(marks.of(p));
                byKey.put(key, pattern);
            }
            rows.add(new ParameterMarks.Row(model.id(), p, parameter.name(), parameter.aliases(), pattern));
        }
    }

    private int pattern(List<Mark> marks) {
        return patterns.computeIfAbsent(marks, fresh -> {
            inOrder.add(fresh);
            return inOrder.size() - 1;
        });
    }
}
