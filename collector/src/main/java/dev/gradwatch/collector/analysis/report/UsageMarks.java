package dev.gradwatch.collector.analysis.report;

import dev.gradwatch.collector.analysis.detect.HealthFacts;
import dev.gradwatch.collector.analysis.detect.ModelView;
import dev.gradwatch.collector.analysis.detect.RankFacts;
import dev.gradwatch.collector.analysis.ledger.Words;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.JobReport.Mark;
import dev.gradwatch.collector.model.Manifest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A mark for each parameter on each rank. */
final class UsageMarks {
    private final Manifest manifest;
    private final ModelView model;
    private final Mark[][] byRank;
    private final int[] keys;

    /** @param ranks of the report, in its order; those without the model get {@link Mark#UNKNOWN} */
    UsageMarks(ModelView model, List<Integer> ranks) {
        this.model = model;
        this.manifest = model.manifest();
        int parameters = manifest.parameters().size();
        byRank = new Mark[ranks.size()][parameters];
        keys = new int[parameters];
        for (Mark[] marks : byRank) {
            Arrays.fill(marks, Mark.UNKNOWN);
        }
        for (RankFacts rank : model.ranks()) {
            fill(rank, byRank[ranks.indexOf(rank.rank())]);
        }
        Map<List<Object>, Integer> known = new HashMap<>();
        for (int p = 0; p < parameters; p++) {
            List<Object> all = new ArrayList<>(of(p));
            all.add(String.valueOf(model.causeOf(p)));
            keys[p] = known.computeIfAbsent(all, key -> known.size());
        }
    }

    private void fill(RankFacts rank, Mark[] marks) {
        HealthFacts health = new HealthFacts(rank);
        for (int p = 0; p < marks.length; p++) {
            boolean used = Words.get(rank.used(), p);
            boolean unused = Words.get(rank.unused(), p);
            Manifest.Parameter parameter = manifest.parameters().get(p);
            boolean awaited = model.plain() ? parameter.trainable() : parameter.reduced() || parameter.trainable();
            if (!awaited && !used) {
                marks[p] = Mark.FROZEN;
            } else if (health.isBroken() && Words.get(health.lastNonfinite(), p)) {
                marks[p] = Mark.NONFINITE;
            } else if (!used) {
                marks[p] = unused ? Mark.NEVER : Mark.UNKNOWN;
            } else if (unused && awaited) {
                marks[p] = model.causeOf(p) == Cause.FROZEN_AFTER_WRAP ? Mark.FROZEN : Mark.SOMETIMES;
            } else {
                boolean zero =
                        parameter.elements() > 0 && Words.get(health.defined(), p) && !Words.get(health.nonzero(), p);
                marks[p] = zero ? Mark.ZERO : Mark.USED;
            }
        }
    }

    /** Equal for parameters with the same marks on all ranks, for the same cause. */
    int key(int parameter) {
        return keys[parameter];
    }

    /** One a rank. */
    List<Mark> of(int parameter) {
        List<Mark> marks = new ArrayList<>(byRank.length);
        for (Mark[] rank : byRank) {
            marks.add(rank[parameter]);
        }
        return marks;
    }

    /** Whether there is anything to say but that it was used, or frozen as intended. */
    boolean isTroubled(int parameter) {
        @Nullable Cause cause = model.causeOf(parameter);
        return cause != null || of(parameter).stream().anyMatch(mark -> mark != Mark.USED && mark != Mark.FROZEN);
    }

    /** What the row says beside its marks; empty where they say all. */
    String note(int parameter) {
        Cause cause = model.causeOf(parameter);
        if (cause == null) {
            List<Mark> marks = of(parameter);
            return marks.contains(Mark.NONFINITE) ? "not finite" : marks.contains(Mark.ZERO) ? "gradient is zero" : "";
        }
        return switch (cause) {
            case NEVER_CALLED -> "never called";
            // DJL does not show what the output leads to.
            case GRAPH_CUT -> model.isDjl() ? "not in the loss" : "cut from the output";
            case OUTPUT_NOT_IN_LOSS -> "not in the loss";
            case INTERMITTENT -> "in some steps only";
            case LATE_FIRST_USE -> "not in the first steps";
            case RANK_DIVERGENT -> "ranks differ";
            case FROZEN_AFTER_WRAP -> model.isDjl() ? "frozen" : "frozen after the wrap";
            default -> "";
        };
    }
}
