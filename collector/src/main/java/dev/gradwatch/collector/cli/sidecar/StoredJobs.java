package dev.gradwatch.collector.cli.sidecar;

import dev.gradwatch.collector.analysis.JobState;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.pipeline.Recollection;
import dev.gradwatch.collector.sink.store.FactText;
import dev.gradwatch.collector.sink.store.Store;
import dev.gradwatch.collector.sink.store.StoreException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Jobs as the store has them. Thread-safe; blocks on the store. */
final class StoredJobs implements Recollection {
    private static final Logger logger = LoggerFactory.getLogger(StoredJobs.class);

    private final Store store;

    StoredJobs(Store store) {
        this.store = store;
    }

    @Override
    public List<Observation> of(String job) {
        List<Observation> all = new ArrayList<>();
        try {
            for (Store.StoredFact fact : store.facts(job)) {
                decode(job, fact, all);
            }
        } catch (StoreException e) {
            logger.warn("what is kept of job {} cannot be read: {}", job, e.getMessage());
        }
        return all;
    }

    private static void decode(String job, Store.StoredFact fact, List<Observation> to) {
        try {
            to.addAll(FactText.decode(job, fact));
        } catch (IOException | IllegalArgumentException e) {
            logger.warn("{} of job {} cannot be read: {}", fact.key(), job, e.getMessage());
        }
    }

    /** Its state as it was last written; empty where nothing of it is kept. */
    Optional<JobState> state(String job) {
        List<Observation> observations = of(job);
        if (observations.isEmpty()) {
            return Optional.empty();
        }
        JobState state = new JobState(job);
        for (Observation observation : observations) {
            try {
                state.apply(observation);
            } catch (IllegalArgumentException e) {
                logger.debug("a part of job {} does not fit: {}", job, e.getMessage());
            }
        }
        return Optional.of(state);
    }
}
