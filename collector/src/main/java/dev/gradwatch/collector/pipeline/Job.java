package dev.gradwatch.collector.pipeline;

import dev.gradwatch.collector.analysis.JobState;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.Observation.JobEnded;
import dev.gradwatch.collector.model.Observation.JobStarted;
import dev.gradwatch.collector.model.Observation.RankJoined;
import dev.gradwatch.collector.model.Observation.RankLeft;
import dev.gradwatch.collector.model.Observation.StepReported;
import dev.gradwatch.collector.model.ObservationSink;
import java.time.Duration;
import java.util.BitSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One job's state and who of it is still there. Its monitor is the lock that lets one thread at a time in. */
final class Job {
    /** The value of {@link #endedMicros} before the end. */
    static final long RUNNING = -1;

    private static final long NOBODY_LEFT = -1;

    enum Outcome {
        ANALYSED,
        /** Analysed, and it ended the job. */
        ENDED,
        MERGED,
        /** This object is no longer the job's. */
        EVICTED
    }

    private final String id;
    private final JobState state;
    private final BitSet present = new BitSet();
    private boolean empty = true;
    private boolean announced;
    /** A launcher started the job and will say when it ends. */
    private boolean launched;

    private long lastLeftMicros = NOBODY_LEFT;
    private long received;
    private long analysed;
    private long merged;
    private long rejected;
    // Written under the lock, read without it by the search for a job to evict.
    private volatile long endedMicros = RUNNING;
    private volatile boolean evicted;

    Job(String id) {
        this.id = id;
        this.state = new JobState(id);
    }

    String id() {
        return id;
    }

    long endedMicros() {
        return endedMicros;
    }

    boolean evicted() {
        return evicted;
    }

    synchronized Outcome apply(Observation observation, @Nullable ObservationSink tap) {
        if (evicted) {
            return Outcome.EVICTED;
        }
        received++;
        try {
            Outcome outcome = fold(observation, tap);
            if (outcome == Outcome.MERGED) {
                merged++;
            } else {
                analysed++;
            }
            return outcome;
        } catch (RuntimeException e) {
            rejected++;
            throw e;
        }
    }

    private Outcome fold(Observation observation, @Nullable ObservationSink tap) {
        if (observation instanceof JobEnded end && end.exitCode() == null && !present.isEmpty()) {
            // A rank came back while the end was on its way here, or its launcher is gone: the ranks decide.
            launched = false;
            return Outcome.MERGED;
        }
        boolean news = state.apply(observation);
        empty = false;
        if (tap != null) {
            tap.accept(observation);
        }
        if (observation instanceof StepReported) {
            // Nearly all are, so the rest is not asked for each.
            return news ? Outcome.ANALYSED : Outcome.MERGED;
        }
        if (observation instanceof JobStarted) {
            launched = true;
        } else if (observation instanceof RankJoined joined) {
            joined(joined.rank());
        } else if (observation instanceof RankLeft left) {
            left(left);
        } else if (observation instanceof JobEnded end) {
            endedMicros = end.micros();
            return Outcome.ENDED;
        }
        return news ? Outcome.ANALYSED : Outcome.MERGED;
    }

    private void joined(int rank) {
        present.set(rank);
        if (endedMicros != RUNNING) {
            // The launcher had its last word; from here on the ranks decide when the job ends.
            endedMicros = RUNNING;
            launched = false;
        }
    }

    private void left(RankLeft left) {
        present.clear(left.rank());
        lastLeftMicros = left.micros();
        if (present.isEmpty()) {
            notifyAll();
        }
    }

    synchronized boolean abandoned(long nowMicros) {
        return !launched
                && endedMicros == RUNNING
                && present.isEmpty()
                && lastLeftMicros != NOBODY_LEFT
                && nowMicros - lastLeftMicros >= TimeUnit.NANOSECONDS.toMicros(Jobs.END_GRACE.toNanos());
    }

    synchronized boolean awaitRanksGone(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!present.isEmpty()) {
            long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (millis <= 0) {
                return false;
            }
            wait(millis);
        }
        return true;
    }

    synchronized JobReport report() {
        return state.report();
    }

    synchronized Jobs.Counts counts() {
        return new Jobs.Counts(received, analysed, merged, rejected);
    }

    /** True for the first caller. */
    synchronized boolean announce() {
        boolean first = !announced;
        announced = true;
        return first;
    }

    /** Gives the place up where nothing was ever folded in. */
    synchronized boolean evictIfEmpty() {
        evicted |= empty;
        return evicted;
    }

    synchronized boolean evictIfEnded() {
        evicted |= endedMicros != RUNNING;
        return evicted;
    }
}
