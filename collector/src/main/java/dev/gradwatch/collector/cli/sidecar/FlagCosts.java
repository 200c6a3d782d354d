package dev.gradwatch.collector.cli.sidecar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gradwatch.collector.analysis.JobState;
import dev.gradwatch.collector.cli.sidecar.FlagRun.Setup;
import dev.gradwatch.collector.model.FlagCost;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.JobSummary;
import dev.gradwatch.collector.sink.store.Store;
import dev.gradwatch.collector.sink.store.StoreException;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@code find_unused_parameters} costs each job, where an earlier run of it had the flag the other way round and was alike in all else.
 * Thread-safe; may block on the store, which is asked once for each job.
 */
final class FlagCosts {
    private static final Logger logger = LoggerFactory.getLogger(FlagCosts.class);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Earlier runs that are looked at, the latest first. */
    static final int MAX_RUNS = 20;

    private final Store store;
    private final StoredJobs storedJobs;
    private final StoreRest rest;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    FlagCosts(Store store, StoredJobs storedJobs, StoreRest rest) {
        this.store = store;
        this.storedJobs = storedJobs;
        this.rest = rest;
    }

    /** @param other the run that one with this flag and setup is set beside */
    private record Known(boolean flag, Setup setup, Optional<FlagRun> other) {
        boolean isOf(FlagRun run) {
            return flag == run.flag() && setup.equals(run.setup());
        }
    }

    /** Null where there is no such run, or the store does not say. */
    @Nullable
    FlagCost of(JobReport report) {
        FlagRun run = FlagRun.of(report);
        if (run == null) {
            return null;
        }
        Known before = known.get(run.job());
        if (before == null || !before.isOf(run)) {
            before = ask(run, report);
        }
        return before == null ? null : before.other().map(run::beside).orElse(null);
    }

    private @Nullable Known ask(FlagRun run, JobReport report) {
        if (rest.isOn()) {
            return null;
        }
        try {
            Known found = new Known(run.flag(), run.setup(), find(run, JobSummary.of(report, 0)));
            known.put(run.job(), found);
            return found;
        } catch (StoreException | IOException e) {
            logger.debug("the flag's cost for {} is not known: {}", run.job(), e.getMessage());
            rest.begin();
            return null;
        }
    }

    private Optional<FlagRun> find(FlagRun run, JobSummary job) throws IOException {
        for (JobSummary each : store.runsBefore(job.name(), job.runKey(), job.id(), job.startedMicros(), MAX_RUNS)) {
            // A report is read sooner than a state is brought back.
            if (each.worldSize() == job.worldSize()
                    && each.framework().equals(job.framework())
                    && each.stepNanos() > 0
                    && hasFlag(each.id()) == !run.flag()) {
                Optional<FlagRun> other =
                        storedJobs.state(each.id()).map(JobState::report).map(FlagRun::of);
                if (other.isPresent() && run.differsInTheFlagAlone(other.get())) {
                    return other;
                }
            }
        }
        return Optional.empty();
    }

    private boolean hasFlag(String job) throws IOException {
        Optional<byte[]> report = store.report(job);
        if (report.isPresent()) {
            for (JsonNode model : MAPPER.readTree(report.get()).path("models")) {
                if (model.path("ddp").path("find_unused_parameters").asBoolean()) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Forgets those of jobs that are not in memory. */
    void keep(Set<String> jobs) {
        known.keySet().retainAll(jobs);
    }
}
