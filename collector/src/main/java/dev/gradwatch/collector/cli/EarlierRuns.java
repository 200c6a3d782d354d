package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.model.FlagCost;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.sink.http.Directory.SinceLastRun;
import dev.gradwatch.collector.sink.store.StoreException;
import dev.gradwatch.collector.sink.terminal.VerdictPrinter;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/** What earlier runs of a job say of this one. Thread-safe; may block on the store. */
interface EarlierRuns {
    /** How a job's findings stand beside those of its last run; empty where there is none. */
    Optional<SinceLastRun> sinceLastRun(String job);

    /** What {@code find_unused_parameters} costs a job; empty where no earlier run tells. */
    Optional<FlagCost> flagCost(JobReport report);

    /** The lines of them after a verdict; empty where there is nothing to say. */
    default String lines(VerdictPrinter printer, String job, Optional<FlagCost> flagCost) {
        String cost = flagCost.map(known -> printer.flagCost(job, known)).orElse("");
        try {
            return cost
                    + sinceLastRun(job)
                            .map(since -> printer.sinceLastRun(since.job(), since.fixed(), since.stillThere()))
                            .orElse("");
        } catch (StoreException e) {
            // Nobody waits for this line.
            LoggerFactory.getLogger(EarlierRuns.class)
                    .debug("the last run of {} is not known: {}", job, e.getMessage());
            return cost;
        }
    }
}
