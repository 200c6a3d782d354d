package dev.gradwatch.collector.sink.terminal;

import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.JobReport.Model;
import dev.gradwatch.collector.model.JobReport.Rank;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** What was watched, for how many steps, and what the watching cost. */
final class Watching {
    private static final long SHORT_RUN_NANOS = TimeUnit.MINUTES.toNanos(1);

    static List<String> facts(JobReport report) {
        List<String> facts = new ArrayList<>();
        facts.add(tensors(report) + " in " + steps(report));
        String cost = cost(report);
        if (!cost.isEmpty()) {
            facts.add(cost);
        }
        return facts;
    }

    private static String tensors(JobReport report) {
        int tensors = report.models().stream().mapToInt(Model::tensors).sum();
        int trainable = report.models().stream().mapToInt(Model::trainable).sum();
        boolean all = report.models().stream().allMatch(Watching::gotGradients);
        String which = trainable == tensors
                ? Headline.count(tensors) + " parameter tensors"
                : Headline.count(trainable) + " trainable of " + Headline.count(tensors) + " parameter tensors";
        return which + (all ? " all got gradients" : " watched");
    }

    /** Of a model that no backward pass went through (a teacher that DDP wraps all the same) nothing was seen. */
    private static boolean gotGradients(Model model) {
        return !UsageTable.hasTrouble(model)
                && model.modules().stream()
                        .allMatch(row -> row.marks().stream().anyMatch(mark -> mark != JobReport.Mark.UNKNOWN));
    }

    private static String steps(JobReport report) {
        long steps = Headline.steps(report).max().orElse(0);
        long watched =
                report.ranks().stream().mapToLong(Rank::watchedSteps).min().orElse(0);
        return Headline.count(watched) + " of " + Headline.count(steps)
                + (steps == 1 ? " step watched" : " steps watched");
    }

    /** Time on the training threads, of all the time; empty where it was not measured. */
    private static String cost(JobReport report) {
        long wall = report.ranks().stream()
                .mapToLong(rank -> rank.cost().wallNanos())
                .sum();
        long watch = report.ranks().stream()
                .mapToLong(rank -> rank.cost().watchNanos())
                .sum();
        if (wall <= 0) {
            return "";
        }
        double percent = 100.0 * watch / wall;
        String share = percent < 0.1 ? "under 0.1 %" : String.format(Locale.ROOT, "%.1f %%", percent);
        int ranks = report.ranks().size();
        // The first steps are watched whole, so the share of a short run says nothing about a long one.
        return wall / ranks < SHORT_RUN_NANOS
                ? String.format(Locale.ROOT, "watching cost %.2f s", watch / 1e9 / ranks)
                : "watching cost " + share;
    }

    private Watching() {}
}
