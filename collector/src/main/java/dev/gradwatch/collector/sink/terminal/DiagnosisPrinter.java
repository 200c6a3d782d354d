package dev.gradwatch.collector.sink.terminal;

import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.LogMessage;
import dev.gradwatch.collector.model.Severity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Says what logs show: as a verdict where something is found, else in one line, with the warnings that were seen beside it. */
public final class DiagnosisPrinter {
    private static final int MAX_NOTES = 5;
    private static final int LABEL_CELLS = 6;

    private final Terminal terminal;

    public DiagnosisPrinter(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Ends in a line end. */
    public String print(JobReport report, List<LogMessage> messages, long lines) {
        if (report.findings().stream().anyMatch(finding -> finding.severity() != Severity.INFO)) {
            return new VerdictPrinter(terminal).verdict(report, null);
        }
        Paper paper = new Paper(terminal);
        List<String> facts = new ArrayList<>(Headline.facts(report));
        facts.add(Headline.count(lines) + (lines == 1 ? " line read" : " lines read"));
        facts.add("nothing that is known went wrong");
        paper.facts(facts, Integer.MAX_VALUE);
        for (Finding finding : report.findings()) {
            paper.hanging("Note", LABEL_CELLS, finding.title());
        }
        notes(messages, paper);
        return paper.toString();
    }

    /** Messages that are warnings by themselves and no finding, each kind once. */
    private static void notes(List<LogMessage> messages, Paper paper) {
        Map<String, List<LogMessage>> byId = new LinkedHashMap<>();
        for (LogMessage message : messages) {
            if (message.severity().compareTo(Severity.WARNING) >= 0) {
                byId.computeIfAbsent(message.id(), id -> new ArrayList<>()).add(message);
            }
        }
        byId.values().stream().limit(MAX_NOTES).forEach(same -> {
            LogMessage first = same.get(0);
            String times = same.size() == 1 ? "" : " (" + same.size() + " times)";
            String means = first.guide().means().isBlank()
                    ? first.text().lines().findFirst().orElse("")
                    : first.guide().means();
            paper.hanging(
                    "Note", LABEL_CELLS, first.source() + ":" + first.line() + " " + first.id() + times + ": " + means);
        });
        if (byId.size() > MAX_NOTES) {
            paper.line("        and " + (byId.size() - MAX_NOTES) + " more kinds (--format json has them all)");
        }
    }
}
