package dev.gradwatch.collector.cli.sidecar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.JobSummary;
import dev.gradwatch.collector.sink.http.Directory.SinceLastRun;
import dev.gradwatch.collector.sink.store.Store;
import dev.gradwatch.collector.sink.store.StoreException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the last run of each job found: the latest one with the same command, or name, that has ended. Thread-safe; may block on the store. */
final class LastRuns {
    private static final Logger logger = LoggerFactory.getLogger(LastRuns.class);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Store store;
    private final StoreRest rest;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    LastRuns(Store store, StoreRest rest) {
        this.store = store;
        this.rest = rest;
    }

    /**
     * A run that has ended.
     *
     * @param titles of its findings by their ids
     */
    record LastRun(String job, Map<String, String> titles) {}

    private record Known(String runKey, Optional<LastRun> run) {}

    /** Null where there is none, or the store does not say. */
    @Nullable
    LastRun of(JobSummary job) {
        Known before = known.get(job.id());
        if (before != null && before.runKey().equals(job.runKey())) {
            return before.run().orElse(null);
        }
        if (rest.isOn()) {
            return null;
        }
        try {
            Optional<LastRun> run = find(job);
            known.put(job.id(), new Known(job.runKey(), run));
            return run.orElse(null);
        } catch (StoreException | IOException e) {
            logger.debug("the last run of {} is not known: {}", job.id(), e.getMessage());
            rest.begin();
            return null;
        }
    }

    /** The next job of this id is another run of it: what this one found is its last run's. */
    void precedesItself(JobSummary job) {
        try {
            known.put(job.id(), new Known(job.runKey(), Optional.of(lastRun(job))));
        } catch (IOException e) {
            logger.debug("what {} found before cannot be read: {}", job.id(), e.getMessage());
        }
    }

    private Optional<LastRun> find(JobSummary job) throws IOException {
        Optional<JobSummary> before = store.runBefore(job.runKey(), job.id(), job.startedMicros());
        return before.isEmpty() ? Optional.empty() : Optional.of(lastRun(before.get()));
    }

    private LastRun lastRun(JobSummary job) throws IOException {
        Optional<byte[]> report = store.report(job.id());
        Map<String, String> titles = report.isPresent() ? titles(MAPPER.readTree(report.get())) : new LinkedHashMap<>();
        return new LastRun(job.id(), titles);
    }

    /** Titles of a report's findings by their ids, in its order. */
    static Map<String, String> titles(JsonNode report) {
        Map<String, String> titles = new LinkedHashMap<>();
        report.path("findings")
                .forEach(finding -> titles.put(
                        finding.path("id").asText(), finding.path("title").asText()));
        return titles;
    }

    /** Forgets those of jobs that are not in memory. */
    void keep(Set<String> jobs) {
        known.keySet().retainAll(jobs);
    }

    /** How findings stand beside those of a run before. */
    static SinceLastRun compare(LastRun before, List<Finding> now) {
        Map<String, String> titles = new LinkedHashMap<>();
        now.forEach(finding -> titles.put(finding.id(), finding.title()));
        return compare(before, titles);
    }

    static SinceLastRun compare(LastRun before, Map<String, String> now) {
        List<String> still = new ArrayList<>();
        List<String> fresh = new ArrayList<>();
        Map<String, String> fixed = new LinkedHashMap<>(before.titles());
        now.forEach((id, title) -> (fixed.remove(id) != null ? still : fresh).add(title));
        return new SinceLastRun(before.job(), List.copyOf(fixed.values()), still, fresh);
    }
}
