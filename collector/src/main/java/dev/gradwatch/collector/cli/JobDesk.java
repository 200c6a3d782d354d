package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.model.FlagCost;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.pipeline.JobListener;
import dev.gradwatch.collector.pipeline.Jobs;
import dev.gradwatch.collector.sink.report.ReportFile;
import dev.gradwatch.collector.sink.terminal.VerdictPrinter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What {@code collect} says and writes of its jobs as they come and go. Thread-safe. */
final class JobDesk implements JobListener {
    private final Jobs jobs;
    private final @Nullable Path reports;
    private final VerdictPrinter printer;
    private final EarlierRuns earlierRuns;
    private final PrintWriter out;
    private final PrintWriter err;

    /** @param reports the folder for reports; null where none are written */
    JobDesk(
            Jobs jobs,
            @Nullable Path reports,
            VerdictPrinter printer,
            EarlierRuns earlierRuns,
            PrintWriter out,
            PrintWriter err) {
        this.earlierRuns = earlierRuns;
        this.jobs = jobs;
        this.reports = reports;
        this.printer = printer;
        this.out = out;
        this.err = err;
    }

    @Override
    public synchronized void appeared(String job) {
        jobs.report(job).ifPresent(report -> {
            out.print(printer.appeared(report));
            out.flush();
        });
    }

    @Override
    public synchronized void ended(String job) {
        jobs.report(job).ifPresent(report -> {
            Optional<FlagCost> flagCost = earlierRuns.flagCost(report);
            out.print(printer.verdict(report, written(report, flagCost.orElse(null))));
            out.print(earlierRuns.lines(printer, job, flagCost));
            out.flush();
        });
    }

    /** Writes the reports of the jobs that have not ended, as they stand. */
    synchronized void closeDown() {
        for (String job : jobs.ids()) {
            if (!jobs.hasEnded(job)) {
                ended(job);
            }
        }
    }

    private @Nullable String written(JobReport report, @Nullable FlagCost flagCost) {
        if (reports == null) {
            return null;
        }
        Path file = ReportFile.of(reports, report.id());
        try {
            ReportFile.write(report, flagCost, file);
            return file.toString();
        } catch (IOException e) {
            err.println("gradwatch: " + e.getMessage());
            return null;
        }
    }
}
