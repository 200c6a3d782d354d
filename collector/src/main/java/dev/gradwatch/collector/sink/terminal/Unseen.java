package dev.gradwatch.collector.sink.terminal;

import dev.gradwatch.collector.model.JobReport;

/** A job of which nothing was seen: the fact, and what to check. */
final class Unseen {
    static void noRank(Paper paper) {
        paper.paragraph(2, "No rank reported, so nothing can be said about gradients. Where one should have:");
        check(paper, "The job wraps no model in DistributedDataParallel? Watch a plain one: gradwatch.watch(model)");
        check(paper, "python -I, -E and -S leave the reporter out: start it by python -m gradwatch train.py");
        check(paper, "A container or another machine? Set GRADWATCH_COLLECTOR and GRADWATCH_TOKEN there.");
        check(paper, "GRADWATCH_DISABLE is not set?");
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
