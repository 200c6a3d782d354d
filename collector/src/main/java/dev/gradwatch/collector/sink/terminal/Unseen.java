package dev.gradwatch.collector.sink.terminal;

import dev.gradwatch.collector.model.JobReport;

/** A job of which nothing was seen: the fact, and what to check. */
final class Unseen {
    static void noRank(Paper paper) {
        paper.paragraph(2, "No rank reported, so nothing can be said about gradients. Where one should have:");
        check(paper, "Models in DistributedDataParallel are watched; a plain one is by gradwatch.watch(model).");
        check(paper, "python -I, -E and -S leave the reporter out; python -m gradwatch train.py brings it in.");
        check(paper, "A container or another machine needs GRADWATCH_COLLECTOR and GRADWATCH_TOKEN.");
        check(paper, "GRADWATCH_DISABLE in the environment turns the reporter off.");
    }

    static void noStep(JobReport report, Paper paper) {
        boolean wrapped = !report.models().isEmpty();
        paper.paragraph(
                2,
                wrapped
                        ? "The ranks reported, but no backward pass of a watched model was seen."
                        : "The ranks reported, but none wrapped a model in DistributedDataParallel. Watch a plain one: gradwatch.watch(model)");
    }

    private static void check(Paper paper, String line) {
        paper.hanging("  -", 4, line);
    }

    private Unseen() {}
}
