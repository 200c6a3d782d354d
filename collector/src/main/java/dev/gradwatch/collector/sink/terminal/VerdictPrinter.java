package dev.gradwatch.collector.sink.terminal;

import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.FlagCost;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.JobReport.Model;
import dev.gradwatch.collector.model.Severity;
import dev.gradwatch.collector.words.ActionWords;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says what became of a job: the answer, the evidence, the fix, what not to do, in that order and on one screen. A healthy job gets one line.
 * Pure: a report in, text out, whatever its names hold. Thread-safe.
 */
public final class VerdictPrinter {
    /** Findings after the first that are told in a line each. */
    private static final int MAX_MORE = 3;

    private static final String TORCH_NAMES = "arameter ind";

    /** Messages that the title already quotes. */
    private static final String ANY_EXCEPTION = "python.";

    /** Messages that come from DDP itself. */
    private static final String DDP = "ddp.";

    /** The source of what a reporter saw raised; it has no place in a text. */
    private static final String RAISED = "exception";

    /** Places in logs that prove a finding; more are in the report. */
    private static final int MAX_SAID = 3;

    private static final Set<String> STREAM_FILES = Set.of("stdout.log", "stderr.log");

    private static final int MAX_TABLES = 3;
    private static final int MORE_CELLS = 6;
    private static final double MILLIS = 1000;

    private final Terminal terminal;

    public VerdictPrinter(Terminal terminal) {
        this.terminal = terminal;
    }

    /** One line for a job that just began. */
    public String appeared(JobReport report) {
        Paper paper = new Paper(terminal);
        List<String> facts = new ArrayList<>(List.of("job " + report.id()));
        if (report.worldSize() > 0) {
            facts.add(report.worldSize() == 1 ? "1 rank" : report.worldSize() + " ranks");
        }
        if (!report.framework().isEmpty()) {
            facts.add(report.framework());
        }
        paper.facts(facts, Integer.MAX_VALUE);
        return paper.toString();
    }

    /**
     * A line or two on what became of an earlier run's findings; empty where it had none.
     *
     * @param job the earlier run
     * @param fixed titles of what is no longer true
     * @param stillThere titles of what is
     */
    public String sinceLastRun(String job, List<String> fixed, List<String> stillThere) {
        Paper paper = new Paper(terminal);
        for (String title : fixed) {
            paper.line("  " + paper.palette.good("Fixed since the last run") + " (" + paper.cells.clean(job) + ")  "
                    + paper.cells.clean(title));
        }
        for (String title : stillThere) {
            paper.line("  " + paper.palette.bad("Still there since the last run") + " (" + paper.cells.clean(job)
                    + ")  " + paper.cells.clean(title));
        }
        return paper.toString();
    }

    /** A line on what {@code find_unused_parameters} costs a job, beside the run that is not it. */
    public String flagCost(String job, FlagCost cost) {
        Paper paper = new Paper(terminal);
        String with = duration(cost.withSeconds());
        String without = duration(cost.withoutSeconds());
        String beside = ", beside run " + paper.cells.clean(cost.beside(job)) + ")";
        paper.line(
                cost.isMeasurable()
                        ? "  find_unused_parameters costs this job "
                                + String.format(Locale.ROOT, "%.1f", cost.percent()) + " % (" + with + " instead of "
                                + without + " a step" + beside
                        : "  find_unused_parameters has no measurable cost for this job (" + with + " a step with it, "
                                + without + " without" + beside);
        return paper.toString();
    }

    /** Of a step, to three digits where it takes less than a second. */
    private static String duration(double seconds) {
        double millis = seconds * MILLIS;
        if (millis >= MILLIS) {
            return String.format(Locale.ROOT, "%.2f s", seconds);
        }
        return String.format(Locale.ROOT, millis >= 100 ? "%.0f ms" : millis >= 10 ? "%.1f ms" : "%.2f ms", millis);
    }

    /**
     * The verdict, ending in a line end.
     *
     * @param reportFile where the whole report was written; null where it was not
     */
    public String verdict(JobReport report, @Nullable String reportFile) {
        Paper paper = new Paper(terminal);
        List<Finding> loud = report.findings().stream()
                .filter(finding -> finding.severity() != Severity.INFO)
                .toList();
        if (!loud.isEmpty()) {
            head(report, loud.get(0), paper);
            findings(report, loud, reportFile, paper);
        } else if (report.ranks().stream().noneMatch(JobReport.Rank::watched)) {
            head(report, paper);
            Unseen.noRank(report, paper);
        } else if (Headline.failed(report) && !Headline.interrupted(report)) {
            head(report, paper);
            RankErrors.print(report, paper);
        } else if (Headline.steps(report).max().orElse(0) == 0) {
            head(report, paper);
            Unseen.noStep(report, paper);
        } else {
            // One line, however long: it is what scripts look for, and terminals break lines by themselves.
            List<String> facts = new ArrayList<>(Headline.facts(report));
            if (Headline.failed(report)) {
                facts.add(Headline.ending(report));
            }
            facts.addAll(Watching.facts(report));
            paper.facts(facts, Integer.MAX_VALUE);
        }
        if (loud.isEmpty()) {
            notes(report, paper);
        }
        if (reportFile != null) {
            paper.line("  report: " + paper.cells.clean(reportFile));
        }
        return paper.toString();
    }

    private static void head(JobReport report, Paper paper) {
        paper.facts(more(Headline.facts(report), List.of(Headline.ending(report))), paper.columns());
    }

    /** An exit status of 0 must not calm anybody whose results are wrong. */
    private static void head(JobReport report, Finding worst, Paper paper) {
        boolean silent = worst.severity() == Severity.CRITICAL && !Headline.failed(report);
        List<String> how =
                silent ? List.of(Headline.ending(report), "its results are wrong") : List.of(Headline.ending(report));
        paper.facts(more(Headline.facts(report), how), paper.columns());
    }

    private static List<String> more(List<String> facts, List<String> more) {
        List<String> all = new ArrayList<>(facts);
        all.addAll(more);
        return all;
    }

    private void findings(JobReport report, List<Finding> loud, @Nullable String reportFile, Paper paper) {
        Finding worst = loud.get(0);
        paper.gap();
        paper.paragraph(2, sentence(worst.title()), line -> paper.palette.title(worst.severity(), line));
        if (!worst.detail().isBlank()) {
            paper.paragraph(2, worst.detail());
        }
        tables(report, worst, paper);
        paper.gap();
        AdviceBlock.print(worst, paper);
        more(report, worst, loud, reportFile, paper);
        paper.gap();
        worst.log().stream()
                .filter(line -> !line.message().startsWith(ANY_EXCEPTION))
                .limit(report.models().isEmpty() ? MAX_SAID : 1)
                .forEach(line -> said(line, paper));
    }

    private void tables(JobReport report, Finding worst, Paper paper) {
        List<Model> shown = report.models().stream()
                .filter(UsageTable::hasTrouble)
                .sorted((a, b) -> Boolean.compare(isOf(b, worst), isOf(a, worst)))
                .limit(MAX_TABLES)
                .toList();
        for (Model model : shown) {
            paper.gap();
            if (report.models().size() > 1) {
                paper.line("  " + paper.cells.clean(model.name()));
            }
            new UsageTable(paper, terminal.unicode()).print(report, model);
        }
    }

    private static boolean isOf(Model model, Finding finding) {
        return Objects.equals(finding.model(), model.id());
    }

    private static void more(
            JobReport report, Finding worst, List<Finding> loud, @Nullable String reportFile, Paper paper) {
        List<Finding> others = new ArrayList<>(report.findings());
        others.remove(worst);
        if (others.isEmpty()) {
            return;
        }
        paper.gap();
        for (Finding finding : others.subList(0, Math.min(MAX_MORE, others.size()))) {
            paper.hanging(loud.contains(finding) ? "Also" : "Note", MORE_CELLS, inShort(finding));
        }
        if (others.size() > MAX_MORE) {
            paper.line("        and " + (others.size() - MAX_MORE) + " more "
                    + (reportFile == null ? "(--report FILE writes them all)" : "in the report"));
        }
    }

    private static void notes(JobReport report, Paper paper) {
        for (Finding finding : report.findings()) {
            paper.hanging("Note", MORE_CELLS, inShort(finding));
        }
    }

    private static String inShort(Finding finding) {
        String advice = finding.advice().isEmpty()
                ? ""
                : " " + sentence(ActionWords.advise(finding.advice().get(0).action()));
        return sentence(finding.title()) + advice;
    }

    private static void said(Finding.LogLine line, Paper paper) {
        String where = line.source().equals(RAISED)
                ? "raised"
                : shortened(line.source()) + (line.line() > 0 ? ":" + line.line() : "");
        String who = line.rank() == null ? "" : "rank " + line.rank() + " ";
        // Torch's texts are long, and the line that names parameters says the most.
        String text = line.text()
                .lines()
                .filter(each -> each.contains(TORCH_NAMES))
                .findFirst()
                .orElse(line.text().lines().findFirst().orElse(""));
        String said = paper.cells.clean(
                (line.message().startsWith(DDP) ? "torch said so too: " : "") + who + where + " \"" + text.strip());
        paper.line("  " + paper.palette.faint(paper.cells.cutEnd(said, paper.columns() - 3) + "\""));
    }

    /** A file by its name; torchrun's, which are all called the same, with the attempt and the local rank before it. */
    private static String shortened(String source) {
        String[] parts = source.replace('\\', '/').split("/", -1);
        String name = parts[parts.length - 1];
        return parts.length > 2 && STREAM_FILES.contains(name)
                ? parts[parts.length - 3] + "/" + parts[parts.length - 2] + "/" + name
                : name;
    }

    private static String sentence(String title) {
        return title.endsWith(".") ? title : title + ".";
    }
}
