package dev.gradwatch.collector.sink.terminal;

import dev.gradwatch.collector.model.JobReport;
import java.util.regex.Pattern;

/** A job of which nothing was seen: the fact, and what to check. */
final class Unseen {
    private static final Pattern JAVA = Pattern.compile("(?:.*[/\\\\])?javaw?(?:\\.exe)?");

    static void noRank(JobReport report, Paper paper) {
        if (!report.command().isEmpty() && JAVA.matcher(report.command().get(0)).matches()) {
            noTrainer(paper);
            return;
        }
        paper.paragraph(2, "No rank reported, so nothing can be said about gradients. Where one should have:");
        check(paper, "Models in DistributedDataParallel are watched; a plain one is by gradwatch.watch(model).");
        check(paper, "python -I, -E and -S leave the reporter out; python -m gradwatch train.py brings it in.");
        check(paper, "A container or another machine needs GRADWATCH_COLLECTOR and GRADWATCH_TOKEN.");
        check(paper, "GRADWATCH_DISABLE in the environment turns the reporter off.");
    }

    private static void noTrainer(Paper paper) {
        paper.paragraph(
                2, "No DJL Trainer was made, so nothing can be said about gradients. Where one should have been:");
        check(
                paper,
                "DJL 0.28 to 0.35 on the PyTorch engine is watched; the agent says in a line what it does not know.");
        check(paper, "A JVM that this one starts is watched with JAVA_TOOL_OPTIONS=-javaagent:$GRADWATCH_AGENT.");
        check(paper, "A container or another machine needs GRADWATCH_COLLECTOR and GRADWATCH_TOKEN.");
    }

    static void noStep(JobReport report, Paper paper) {
        boolean wrapped = !report.models().isEmpty();
        if (report.framework().startsWith("djl")) {
            paper.paragraph(2, "A DJL Trainer was made, but no step of it was seen: Trainer.step() was not called.");
            return;
        }
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
