package dev.gradwatch.collector.sink.terminal;

import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.JobReport.Model;
import dev.gradwatch.collector.model.JobReport.Rank;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was watched, for how many steps, and what the watching cost. */
final class Watching {
    static List<String> facts(JobReport report) {
        List<String> facts = new ArrayList<>();
        facts.add(tensors(report) + " in " + steps(report));
        double share = share(report);
        if (share >= 0) {
            facts.add(
                    share < 0.0005
                            ? "watching cost under 0.1 %"
                            : String.format(Locale.ROOT, "watching cost %.1f %%", share * 100));
        }
        return facts;
    }

    private static String tensors(JobReport report) {
        int tensors = report.models().stream().mapToInt(Model::tensors).sum();
        int trainable = report.models().stream().mapToInt(Model::trainable).sum();
        boolean all = report.models().stream().noneMatch(UsageTable::hasTrouble);
        String which = trainable == tensors
                ? Headline.count(tensors) + " parameter tensors"
                : Headline.count(trainable) + " trainable of " + Headline.count(tensors) + " parameter tensors";
        return which + (all ? " all got gradients" : " watched");
    }

    private static String steps(JobReport report) {
        long steps = Headline.steps(report).max().orElse(0);
        long watched =
                report.ranks().stream().mapToLong(Rank::watchedSteps).min().orElse(0);
        return Headline.count(watched) + " of " + Headline.count(steps)
                + (steps == 1 ? " step watched" : " steps watched");
    }

    /** Time on the training threads, of all the time; -1 where it was not measured. */
    private static double share(JobReport report) {
        long wall = report.ranks().stream()
                .mapToLong(rank -> rank.cost().wallNanos())
                .sum();
        long watch = report.ranks().stream()
                .mapToLong(rank -> rank.cost().watchNanos())
                .sum();
        return wall <= 0 ? -1 : (double) watch / wall;
    }

    private Watching() {}
}
