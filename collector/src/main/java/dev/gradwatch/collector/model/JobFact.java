package dev.gradwatch.collector.model;

import java.util.List;

/**
 * A part of a job's state, as the observations that bring it back when they are folded into an empty one, in the order of {@link #key}s as {@code
 * JobState} gives them.
 *
 * @param key what part it is, such as {@code rank/3/model/0/ledger}; a later fact of the same key replaces it
 * @param place orders the parts of a job
 * @param observations none where the part is no longer there
 */
public record JobFact(String key, long place, List<Observation> observations) {
    public JobFact {
        observations = List.copyOf(observations);
    }
}
