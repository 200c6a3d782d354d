package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.model.FlagCost;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.pipeline.JobListener;
import dev.gradwatch.collector.pipeline.Jobs;
import dev.gradwatch.collector.sink.http.Directory.SinceLastRun;
import dev.gradwatch.collector.sink.report.ReportFile;
import dev.gradwatch.collector.sink.store.StoreException;
import dev.gradwatch.collector.sink.terminal.VerdictPrinter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What {@code collect} says and writes of its jobs as they come and go. Thread-safe. */
final class JobDesk implements JobListener {
    private static final Logger logger = LoggerFactory.getLogger(JobDesk.class);

    private final Jobs jobs;
    private final @Nullable Path reports;
    private final VerdictPrinter printer;
    private final Function<String, Optional<SinceLastRun>> lastRuns;
    private final Function<JobReport, Optional<FlagCost>> flagCosts;
    private final PrintWriter out;
    private final PrintWriter err;

    /**
     * @param reports the folder for reports; null where none are written
     * @param lastRuns how a job stands beside its last run
     * @param flagCosts what {@code find_unused_parameters} costs a job
     */
    JobDesk(
            Jobs jobs,
            @Nullable Path reports,
            VerdictPrinter printer,
            Function<String, Optional<SinceLastRun>> lastRuns,
            Function<JobReport, Optional<FlagCost>> flagCosts,
            PrintWriter out,
            PrintWriter err) {
        this.lastRuns = lastRuns;
        this.flagCosts = flagCosts;
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
            Optional<FlagCost> flagCost = flagCosts.apply(report);
            out.print(printer.verdict(report, written(report, flagCost.orElse(null))));
            flagCost.ifPresent(cost -> out.print(printer.flagCost(job, cost)));
            sinceLastRun(job);
            out.flush();
        });
    }

    private void sinceLastRun(String job) {
        try {
            lastRuns.apply(job)
                    .ifPresent(
                            since -> out.print(printer.sinceLastRun(since.job(), since.fixed(), since.stillThere())));
        } catch (StoreException e) {
            // Nobody waits for this line.
            logger.debug("the last run of {} is not known: {}", job, e.getMessage());
        }
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
