package dev.gradwatch.collector.pipeline;

import dev.gradwatch.collector.analysis.JobParts;
import dev.gradwatch.collector.analysis.JobState;
import dev.gradwatch.collector.model.GpuThresholds;
import dev.gradwatch.collector.model.JobFact;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.Observation.GpuSampled;
import dev.gradwatch.collector.model.Observation.JobEnded;
import dev.gradwatch.collector.model.Observation.JobStarted;
import dev.gradwatch.collector.model.Observation.LogRead;
import dev.gradwatch.collector.model.Observation.RankJoined;
import dev.gradwatch.collector.model.Observation.RankLeft;
import dev.gradwatch.collector.model.Observation.RankProgressed;
import dev.gradwatch.collector.model.Observation.StepReported;
import dev.gradwatch.collector.model.ObservationSink;
import dev.gradwatch.collector.model.ParameterMarks;
import dev.gradwatch.collector.model.ParameterUsage;
import dev.gradwatch.collector.model.PassUsage;
import dev.gradwatch.collector.model.RankInfo;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One job's state and who of it is still there. Its monitor is the lock that lets one thread at a time in. */
final class Job {
    private static final Logger logger = LoggerFactory.getLogger(Job.class);

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
    private final Unwritten unwritten = new Unwritten();
    /** Ranks that were there when the collector was stopped, and have not come back yet. */
    private final BitSet awaited = new BitSet();

    private final Recollection recollection;
    private boolean recalled;
    private long recalledMicros;
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
    private volatile @Nullable Examination examined;
    private boolean urgent;
    private long changes;
    private long examinedChanges;
    private long examinedNanos = System.nanoTime() - Examiner.REST_NANOS;

    Job(String id, Recollection recollection, GpuThresholds thresholds) {
        this.id = id;
        this.recollection = recollection;
        this.state = new JobState(id, thresholds);
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
        recall(observation.micros());
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
        long novelties = state.novelties();
        boolean news = state.apply(observation);
        empty = false;
        if (news) {
            if (observation instanceof StepReported step) {
                unwritten.stepped(step.rank(), step.step());
            } else {
                unwritten.folded(observation, state.parts());
            }
            changed(observation, state.novelties() != novelties);
        }
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

    /** What is kept of the job comes before whatever is said of it. */
    private void recall(long nowMicros) {
        if (recalled) {
            return;
        }
        recalled = true;
        for (Observation observation : recollection.of(id)) {
            recall(observation);
        }
        if (!empty) {
            unwritten.restored(state.parts());
            for (int rank : state.parts().present()) {
                present.set(rank);
                awaited.set(rank);
            }
            announced = true;
            recalledMicros = nowMicros;
            // A job that only logs speak of has no ranks whose leaving would end it.
            lastLeftMicros = state.parts().hasRanks() ? nowMicros : NOBODY_LEFT;
            urgent = true;
        }
    }

    private void recall(Observation observation) {
        try {
            state.apply(observation);
            empty = false;
            if (observation instanceof JobEnded end) {
                endedMicros = end.micros();
            }
        } catch (IllegalArgumentException e) {
            logger.warn("a part of job {} that was kept does not fit the others: {}", id, e.getMessage());
        }
    }

    /** As {@link #apply}, where nothing is said; false where nothing is kept. */
    synchronized boolean remember(long nowMicros) {
        recall(nowMicros);
        return !empty;
    }

    /** The ranks that should have come back by now. */
    synchronized List<Integer> missing(long nowMicros) {
        if (awaited.isEmpty()
                || nowMicros - recalledMicros < TimeUnit.NANOSECONDS.toMicros(Jobs.RETURN_GRACE.toNanos())) {
            return List.of();
        }
        return awaited();
    }

    /** The ranks that were there before the job was brought back, and did not come again. */
    synchronized List<Integer> awaited() {
        return awaited.stream().boxed().toList();
    }

    private void changed(Observation observation, boolean novel) {
        changes++;
        if (novel
                || !(observation instanceof StepReported
                        || observation instanceof RankProgressed
                        || observation instanceof GpuSampled
                        || observation instanceof LogRead)) {
            urgent = true;
        }
    }

    /** Whether there is something to look at, and it is time to. */
    synchronized boolean isDue(long nowNanos) {
        return isChanged() && nowNanos - examinedNanos >= (urgent ? Examiner.URGENT_NANOS : Examiner.REST_NANOS);
    }

    /** Whether it is another than when it was last looked at. */
    synchronized boolean isChanged() {
        return !evicted && !empty && (changes != examinedChanges || urgent);
    }

    synchronized long examinedNanos() {
        return examinedNanos;
    }

    synchronized boolean isUrgent() {
        return urgent;
    }

    /** Looks at the state as it is. */
    synchronized Examination examine(long nowNanos) {
        urgent = false;
        examinedChanges = changes;
        examinedNanos = nowNanos;
        JobReport report = state.report();
        Examination examination =
                new Examination(report, state.parts().samples(), state.parts().gpus(), settled(), changes);
        examined = examination;
        return examination;
    }

    /** Whether all ranks that were there before the collector was started again are back or given up. */
    private boolean settled() {
        return awaited.isEmpty();
    }

    /** As it was last looked at; null before the first time. */
    @Nullable
    Examination examined() {
        return examined;
    }

    synchronized List<ParameterUsage> parameters() {
        return state.parameters();
    }

    synchronized ParameterMarks marks() {
        return state.marks();
    }

    synchronized Optional<PassUsage> passes(PassUsage.Asked asked) {
        return state.passes(asked);
    }

    /** The observations that bring its state back. */
    synchronized List<Observation> picture() {
        JobParts parts = state.parts();
        return parts.parts().stream()
                .flatMap(part -> parts.fact(part).observations().stream())
                .toList();
    }

    /** Gives up to {@code most} facts to be written; returns how many. */
    synchronized int drain(int most, boolean all, long nowMicros, BiConsumer<String, JobFact> to) {
        return unwritten.drain(state.parts(), most, all, nowMicros, fact -> to.accept(id, fact));
    }

    /** Where its ranks run; none once it has ended. */
    synchronized Ranks ranks() {
        JobParts parts = state.parts();
        return new Ranks(parts.launchedMicros(), endedMicros == RUNNING ? parts.infos() : Map.of());
    }

    /** @param launchedMicros as {@link JobParts#launchedMicros} */
    record Ranks(long launchedMicros, Map<Integer, RankInfo> infos) {}

    synchronized int unwritten() {
        return unwritten.size();
    }

    private void joined(int rank) {
        present.set(rank);
        awaited.clear(rank);
        if (endedMicros != RUNNING) {
            // The launcher had its last word; from here on the ranks decide when the job ends.
            endedMicros = RUNNING;
            launched = false;
        }
    }

    private void left(RankLeft left) {
        present.clear(left.rank());
        awaited.clear(left.rank());
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
