package dev.gradwatch.collector.model;

import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One fact from a source. State is a fold of these, so each carries everything that its effect depends on, the time included.
 *
 * <p>Immutable by convention: the arrays inside are handed over by the source and never written again.
 */
public sealed interface Observation {
    /** The job's id, shared by all its ranks. */
    String job();

    /** When the source saw it, microseconds of Unix time. */
    long micros();

    /** The launcher started the job's command. */
    record JobStarted(String job, long micros, String name, List<String> command) implements Observation {
        public JobStarted {
            command = List.copyOf(command);
        }
    }

    /** The job's command ended with this status (128 + n for signal n), or its last rank left ({@code exitCode} null then). */
    record JobEnded(String job, long micros, @Nullable Integer exitCode) implements Observation {}

    /** A rank said Hello: for the first time, after a lost connection (same pid), or in a new life (another pid). */
    record RankJoined(String job, long micros, int rank, RankInfo info) implements Observation {}

    /** A rank described a model that it wrapped, all chunks put together. */
    record ModelDescribed(String job, long micros, int rank, Manifest manifest) implements Observation {}

    /** A rank watched a backward pass. */
    record StepReported(String job, long micros, int rank, Step step) implements Observation {}

    /** {@code requires_grad} flipped after the wrap; indices of parameters. */
    record TrainableChanged(String job, long micros, int rank, int model, TrainableChange change)
            implements Observation {}

    /** A rank sent its whole ledger of a model, which replaces what was known of it. */
    record LedgerReplaced(String job, long micros, int rank, LedgerSnapshot ledger) implements Observation {}

    /** A rank probed a forward and its backward pass. */
    record ModelProbed(String job, long micros, int rank, Probe probe) implements Observation {}

    /** How far a rank is, watched or not, and what the watching cost it. */
    record RankProgressed(String job, long micros, int rank, List<ModelProgress> models, WatchCost cost)
            implements Observation {
        public RankProgressed {
            models = List.copyOf(models);
        }
    }

    /** An exception passed through a forward, a backward pass, the optimizer, or was uncaught. */
    record RankFailed(String job, long micros, int rank, RankFailure failure) implements Observation {}

    /**
     * What a collector that was started again knows of the launches before the one that runs.
     *
     * @param micros of the job's first fact
     * @param groups of former launches
     * @param findings that stayed of them
     * @param logAttempt the latest attempt that a log spoke of
     */
    record LaunchesRemembered(String job, long micros, List<String> groups, List<Finding> findings, int logAttempt)
            implements Observation {
        public LaunchesRemembered {
            groups = List.copyOf(groups);
            findings = List.copyOf(findings);
        }
    }

    /**
     * What a collector that was started again knows of ranks whose norms differed.
     *
     * @param passes in which a parameter differed, first to last
     * @param parameters words: bit i (word i / 64, bit i % 64) says that parameter i did in any of them
     */
    record NormsDiffered(
            String job, long micros, int model, long passes, long first, long last, long[] parameters, BitSet ranks)
            implements Observation {}

    /** A message was recognised in what the job prints. */
    record MessageSeen(String job, long micros, LogMessage message) implements Observation {}

    /**
     * A text of the job was read so far.
     *
     * @param source as its messages name it
     * @param lines that it has
     */
    record LogRead(String job, long micros, String source, long lines) implements Observation {}

    /** The GPU that a rank computes on was looked at. */
    record GpuSampled(String job, long micros, int rank, GpuSample sample) implements Observation {}

    /**
     * What a collector that was started again knows of the GPU that a rank computes on.
     *
     * @param micros of the latest sample
     * @param sample the latest
     */
    record GpuRemembered(String job, long micros, int rank, GpuSample sample, GpuPast past) implements Observation {}

    /** A rank ended in order (Goodbye), or its connection was lost. */
    record RankLeft(String job, long micros, int rank, boolean orderly, String reason) implements Observation {}
}
