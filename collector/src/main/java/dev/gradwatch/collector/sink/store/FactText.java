package dev.gradwatch.collector.sink.store;

import dev.gradwatch.collector.model.JobFact;
import dev.gradwatch.collector.model.JobPart;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.Observation.ModelDescribed;
import dev.gradwatch.collector.sink.store.Store.StoredFact;
import dev.gradwatch.collector.source.recording.ObservationText;
import java.io.IOException;
import java.util.List;

/** Facts as a store keeps them. */
public final class FactText {
    private static final byte[] NOTHING = {};

    private FactText() {}

    /** With an empty body where the part is no longer there. */
    public static StoredFact encode(JobFact fact) {
        JobPart part = fact.part();
        byte[] body = fact.observations().isEmpty()
                ? NOTHING
                : ObservationText.encode(
                        fact.observations().stream().map(FactText::anonymous).toList());
        return new StoredFact(part.toString(), part.place(), body);
    }

    /** All ranks of all runs of a job describe one model, so its bytes should be the same. */
    private static Observation anonymous(Observation observation) {
        return observation instanceof ModelDescribed described
                ? new ModelDescribed("", 0, 0, described.manifest())
                : observation;
    }

    /**
     * @return the observations of a fact
     * @throws IOException in one line, where it is none
     */
    public static List<Observation> decode(String job, StoredFact fact) throws IOException {
        int rank = JobPart.at(fact.place()).rank();
        return ObservationText.decode(fact.body()).stream()
                .map(observation -> observation instanceof ModelDescribed described
                        ? new ModelDescribed(job, described.micros(), rank, described.manifest())
                        : observation)
                .toList();
    }
}
