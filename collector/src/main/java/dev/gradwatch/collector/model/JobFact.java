package dev.gradwatch.collector.model;

import java.util.List;

/**
 * A part of a job's state, as the observations that bring it back when the facts of all parts are folded into an empty state in the parts' order.
 *
 * @param observations none where the part is no longer there
 */
public record JobFact(JobPart part, List<Observation> observations) {
    public JobFact {
        observations = List.copyOf(observations);
    }
}
