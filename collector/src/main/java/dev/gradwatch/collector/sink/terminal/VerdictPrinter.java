package dev.gradwatch.collector.sink.terminal;

import dev.gradwatch.collector.model.JobReport;
import org.jspecify.annotations.Nullable;

/** Says what became of a job. Pure: a report in, text out. Thread-safe. */
public final class VerdictPrinter {
    private final Terminal terminal;

    public VerdictPrinter(Terminal terminal) {
        this.terminal = terminal;
    }

    /**
     * The verdict, ending in a line end.
     *
     * @param reportFile where the whole report was written; null where it was not
     */
    public String verdict(JobReport report, @Nullable String reportFile) {
        String separator = terminal.unicode() ? " · " : " | ";
        return "gradwatch  " + report.name() + separator + report.findings().size() + " findings"
                + (reportFile == null ? "" : separator + "report: " + reportFile) + "\n";
    }
}
