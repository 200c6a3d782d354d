package dev.gradwatch.collector.analysis;

import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.Observation;

/** What is known of one job. Changes only by {@link #apply}. */
public final class JobState {
    public JobState(String job) {}

    /**
     * Folds one fact in.
     *
     * @return false where it was a repeat of what the state already holds, and merged into nothing
     * @throws IllegalArgumentException where it contradicts what the rank said before (a parameter index out of range, say); the state is unchanged
     */
    public boolean apply(Observation observation) {
        throw new UnsupportedOperationException();
    }

    /** What is true now: ranks, models, and the findings, worst first. */
    public JobReport report() {
        throw new UnsupportedOperationException();
    }
}
