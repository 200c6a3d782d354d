package dev.gradwatch.collector.sink.terminal;

import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.JobReport.Rank;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A job that failed of something that no finding explains: what each rank raised. */
final class RankErrors {
    private static final int MAX_LINES = 8;

    static void print(JobReport report, Paper paper) {
        Map<String, List<Integer>> byError = new LinkedHashMap<>();
        for (Rank rank : report.ranks()) {
            byError.computeIfAbsent(words(rank), key -> new ArrayList<>()).add(rank.rank());
        }
        paper.gap();
        paper.paragraph(2, "Nothing that Gradwatch knows about gradients explains the failure. What the ranks said:");
        int cells = byError.values().stream()
                .mapToInt(ranks -> Cells.width(label(ranks)))
                .max()
                .orElse(0);
        byError.entrySet().stream()
                .limit(MAX_LINES)
                .forEach(entry -> paper.hanging("  " + label(entry.getValue()), cells + 4, entry.getKey()));
        if (byError.size() > MAX_LINES) {
            paper.line("    and " + (byError.size() - MAX_LINES) + " more, in the report");
        }
        paper.gap();
    }

    private static String label(List<Integer> ranks) {
        return (ranks.size() == 1 ? "rank " : "ranks ") + RankColumns.list(ranks);
    }

    private static String words(Rank rank) {
        if (rank.error() != null) {
            return rank.error();
        }
        return switch (rank.state()) {
            case RUNNING -> "was still running";
            case FINISHED -> "ended in order";
            case FAILED -> "failed, and did not say of what";
            case LOST -> "was gone without a word: killed, or its connection was cut";
        };
    }

    private RankErrors() {}
}
