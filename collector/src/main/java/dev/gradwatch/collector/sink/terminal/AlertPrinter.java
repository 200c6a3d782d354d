package dev.gradwatch.collector.sink.terminal;

import dev.gradwatch.collector.model.Severity;
import java.util.List;

/** Alerts as a list for a person. Thread-safe. */
public final class AlertPrinter {
    private final Terminal terminal;

    public AlertPrinter(Terminal terminal) {
        this.terminal = terminal;
    }

    /**
     * An alert.
     *
     * @param state such as {@code open}, with who acknowledged it or until when it is muted
     * @param since how long ago it was opened, and how it stands beside the last run
     * @param fix the first advice; empty where there is none
     */
    public record Line(
            String id, Severity severity, String state, String job, String title, String since, String fix) {}

    /** Two or three lines an alert; one line where there is none. */
    public String list(List<Line> alerts) {
        Paper paper = new Paper(terminal);
        if (alerts.isEmpty()) {
            paper.line("no alerts");
            return paper.toString();
        }
        for (Line alert : alerts) {
            String head = paper.cells.clean(alert.severity().id());
            paper.line(paper.palette.title(alert.severity(), head) + "  " + paper.cells.clean(alert.title()));
            paper.line("  " + alert.id() + "  " + paper.cells.clean(alert.state()) + ", job "
                    + paper.cells.clean(alert.job()) + ", " + paper.cells.clean(alert.since()));
            if (!alert.fix().isEmpty()) {
                paper.line("  " + paper.palette.good("Fix") + "  " + paper.cells.clean(alert.fix()));
            }
        }
        return paper.toString();
    }
}
