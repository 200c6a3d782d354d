package dev.gradwatch.collector.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A rank's whole ledger of one model, as it travels and as it is stored.
 *
 * @param watched passes watched
 * @param step optimizer steps completed
 * @param backward backward passes completed
 * @param used pattern words: the used bitmap
 * @param health of passes that had norms; pattern words: defined, zero and nonfinite bitmaps, one after the other
 * @param lastNorms n norms of the latest pass that had them; null before the first
 * @param maxNorms n largest finite norms so far; null before the first
 * @param lastNormsBackward the pass of {@code lastNorms}; -1 before the first
 * @param lastNormsFlags its flags
 * @param totals total L2 norms over the model's parameters, oldest first
 * @param checksums of the weights, oldest first
 */
public record LedgerSnapshot(
        int model,
        long watched,
        long step,
        long backward,
        Patterns used,
        Patterns health,
        float @Nullable [] lastNorms,
        float @Nullable [] maxNorms,
        long lastNormsBackward,
        int lastNormsFlags,
        List<Sample> totals,
        List<Sample> checksums,
        List<TrainableChange> changes,
        StepTimes times) {
    public LedgerSnapshot {
        totals = List.copyOf(totals);
        checksums = List.copyOf(checksums);
        changes = List.copyOf(changes);
    }

    /**
     * A dictionary of patterns and the runs in which each held.
     *
     * @param patterns each an array of words
     * @param runs in the order of time
     * @param counts what was folded when a limit was met; null before
     */
    public record Patterns(
            List<long[]> patterns, List<Run> runs, @Nullable Counts counts) {
        public static final Patterns EMPTY = new Patterns(List.of(), List.of(), null);

        public Patterns {
            patterns = List.copyOf(patterns);
            runs = List.copyOf(runs);
        }
    }

    /** In the passes first to last, each of them watched, the pattern held with these {@link PassFlags}. */
    public record Run(long first, long last, int pattern, int flags) {}

    /**
     * What is left of runs past a limit.
     *
     * @param by arrays of n: for {@code used} how often used and last pass used (-1 never); for {@code health} how often defined, zero, nonfinite
     */
    public record Counts(long passes, long first, long last, long partial, long noSync, List<long[]> by) {
        public Counts {
            by = List.copyOf(by);
        }
    }

    /** A value of one backward pass. */
    public record Sample(long backward, double value) {}

    /** Times between the ends of watched neighbouring passes. */
    public record StepTimes(long count, long sumNanos, long minNanos, long maxNanos) {
        public static final StepTimes NONE = new StepTimes(0, 0, 0, 0);
    }
}
