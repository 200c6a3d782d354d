package dev.gradwatch.collector.pipeline;

import dev.gradwatch.collector.model.GpuThresholds;
import dev.gradwatch.collector.model.JobFact;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.Observation.JobEnded;
import dev.gradwatch.collector.model.Observation.JobStarted;
import dev.gradwatch.collector.model.Observation.MessageSeen;
import dev.gradwatch.collector.model.Observation.RankJoined;
import dev.gradwatch.collector.model.Observation.RankLeft;
import dev.gradwatch.collector.model.ObservationSink;
import dev.gradwatch.collector.model.ParameterMarks;
import dev.gradwatch.collector.model.ParameterUsage;
import dev.gradwatch.collector.model.PassUsage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * All jobs that this collector knows, each a {@code JobState} behind a lock of its own.
 *
 * <p>Thread-safe: sources call {@link #accept} from many threads at once, and two jobs never wait for each other. {@link #accept} blocks only
 * while another thread is inside the same job. At most {@link #MAX_JOBS} jobs are kept; a further one takes the place of the one that ended
 * first, and is refused where none has ended.
 *
 * <p>A job ends when its launcher says so ({@link JobEnded}), or, where no launcher speaks for it, when {@link #tick} finds that every rank
 * that joined has been gone for {@link #END_GRACE}. A rank that joins later opens the job again.
 */
public final class Jobs implements ObservationSink {
    /** Jobs in memory at once, ended ones included. */
    public static final int MAX_JOBS = 256;

    /** Longer than torchrun takes to start its workers again, and than a reporter takes to reconnect. */
    public static final Duration END_GRACE = Duration.ofSeconds(10);

    /** How long ranks may take to come back to a collector that was started again; six times as long as they wait between two tries. */
    public static final Duration RETURN_GRACE = Duration.ofSeconds(30);

    private final ConcurrentHashMap<String, Job> jobs = new ConcurrentHashMap<>();
    private final List<JobListener> listeners = new CopyOnWriteArrayList<>();
    private final @Nullable ObservationSink tap;
    private final Recollection recollection;
    private final GpuThresholds thresholds;

    /** Observations that came to no job. The others are counted by their job, whose lock they hold anyway. */
    private final LongAdder refused = new LongAdder();

    /** Used by the one thread that drains. */
    private int drains;

    /** Those of jobs that are no longer kept. Guarded by this object's monitor. */
    private Counts former = Counts.NONE;

    public Jobs() {
        this(null);
    }

    /** @param tap is handed every observation that was analysed or merged, in each job in the order that its state saw */
    public Jobs(@Nullable ObservationSink tap) {
        this(tap, Recollection.NONE);
    }

    /** @param recollection of jobs that an earlier process, or this one before it needed their place, knew */
    public Jobs(@Nullable ObservationSink tap, Recollection recollection) {
        this(tap, recollection, GpuThresholds.DEFAULTS);
    }

    /** @param thresholds from when on what GPUs do is told */
    public Jobs(@Nullable ObservationSink tap, Recollection recollection, GpuThresholds thresholds) {
        this.tap = tap;
        this.recollection = recollection;
        this.thresholds = thresholds;
    }

    /** From when on what GPUs do is told. */
    public GpuThresholds thresholds() {
        return thresholds;
    }

    /** Listeners are called outside of any job's lock, on the thread that brought the news. */
    public void addListener(JobListener listener) {
        listeners.add(listener);
    }

    /**
     * Folds a fact into its job. A rank that joins, a launcher's start, or a message makes the job where it is not known.
     *
     * @throws IllegalArgumentException where the fact contradicts the state, its job is not known, or there are too many jobs; it is counted as
     *     rejected and changes nothing
     */
    @Override
    public void accept(Observation observation) {
        Job job = jobs.get(observation.job());
        boolean fresh = false;
        Job.Outcome outcome;
        // A job that was evicted between the look-up and its lock says so, and is looked up again.
        do {
            if (job == null || job.evicted()) {
                job = createOrRefuse(observation);
                fresh = true;
            }
            outcome = fresh ? applyFirst(job, observation) : job.apply(observation, tap);
        } while (outcome == Job.Outcome.EVICTED);
        // Two ranks that join at once may both have come here first.
        if (fresh && job.announce()) {
            listeners.forEach(listener -> listener.appeared(observation.job()));
        }
        if (outcome == Job.Outcome.ENDED) {
            listeners.forEach(listener -> listener.ended(observation.job()));
        }
    }

    private Job.Outcome applyFirst(Job job, Observation observation) {
        try {
            return job.apply(observation, tap);
        } catch (RuntimeException e) {
            if (job.evictIfEmpty()) {
                forget(job);
            }
            throw e;
        }
    }

    private synchronized void forget(Job job) {
        if (jobs.remove(job.id(), job)) {
            former = former.plus(job.counts());
        }
    }

    private Job createOrRefuse(Observation observation) {
        try {
            return create(observation);
        } catch (RuntimeException e) {
            refused.increment();
            throw e;
        }
    }

    private synchronized Job create(Observation observation) {
        String id = observation.job();
        Job known = jobs.get(id);
        if (known != null && !known.evicted()) {
            return known;
        }
        if (!(observation instanceof RankJoined)
                && !(observation instanceof JobStarted)
                && !(observation instanceof MessageSeen)) {
            throw new IllegalArgumentException(
                    "job: " + id + " (expected: one that a rank joined, a launcher started or a log speaks of)");
        }
        if (known == null) {
            makeRoom();
        }
        if (known != null) {
            forget(known);
        }
        Job job = new Job(id, recollection, thresholds);
        jobs.put(id, job);
        return job;
    }

    /**
     * Brings a job back that an earlier process knew; nothing happens where it is known already, or nothing is kept of it.
     *
     * @throws IllegalArgumentException where there are too many jobs
     */
    public void recall(String id, long nowMicros) {
        Job job;
        synchronized (this) {
            if (jobs.containsKey(id)) {
                return;
            }
            makeRoom();
            job = new Job(id, recollection, thresholds);
            jobs.put(id, job);
        }
        if (!job.remember(nowMicros) && job.evictIfEmpty()) {
            forget(job);
        }
    }

    private void makeRoom() {
        if (jobs.size() >= MAX_JOBS) {
            evictLongestEnded();
        }
    }

    private void evictLongestEnded() {
        Job oldest = null;
        for (Job job : jobs.values()) {
            if (job.endedMicros() != Job.RUNNING && (oldest == null || isBetterToGo(job, oldest))) {
                oldest = job;
            }
        }
        if (oldest == null || !oldest.evictIfEnded()) {
            throw new IllegalArgumentException(
                    "jobs: " + (MAX_JOBS + 1) + " (expected: at most " + MAX_JOBS + " that have not ended)");
        }
        forget(oldest);
    }

    /** One that the store has whole goes before one that it has not. */
    private static boolean isBetterToGo(Job job, Job than) {
        boolean whole = job.unwritten() == 0;
        return whole == (than.unwritten() == 0) ? job.endedMicros() < than.endedMicros() : whole;
    }

    /**
     * Tells what time it is: gives up ranks that did not come back after the collector was started again, and ends the jobs whose ranks have all been gone for {@link #END_GRACE}.
     *
     * @param nowMicros Unix time, of the clock that stamps the sources' observations
     */
    public void tick(long nowMicros) {
        for (Job job : jobs.values()) {
            for (int rank : job.missing(nowMicros)) {
                accept(new RankLeft(job.id(), nowMicros, rank, false, "it did not come back to the collector"));
            }
            if (job.abandoned(nowMicros)) {
                accept(new JobEnded(job.id(), nowMicros, null));
            }
        }
    }

    /**
     * Ends a job that was brought back, where it is known that nobody comes back to it: its ranks are lost.
     *
     * @param nowMicros when it was last heard of
     */
    public void giveUp(String id, long nowMicros) {
        Job job = jobs.get(id);
        if (job != null) {
            for (int rank : job.awaited()) {
                accept(new RankLeft(id, nowMicros, rank, false, "it did not come back to the collector"));
            }
            accept(new JobEnded(id, nowMicros, null));
        }
    }

    /** The ids of all jobs kept, in the order of the alphabet. */
    public List<String> ids() {
        return jobs.keySet().stream().sorted().toList();
    }

    /** What is true of a job now; empty where it is not known. */
    public Optional<JobReport> report(String id) {
        return Optional.ofNullable(jobs.get(id)).map(Job::report);
    }

    /** What was true of it when it was last looked at; empty where it is not known or was not looked at yet. */
    public Optional<Examination> examined(String id) {
        return Optional.ofNullable(jobs.get(id)).map(Job::examined);
    }

    /** Each parameter on each rank; empty where the job is not known. */
    public Optional<List<ParameterUsage>> parameters(String id) {
        return Optional.ofNullable(jobs.get(id)).map(Job::parameters);
    }

    /** Likewise the marks alone. */
    public Optional<ParameterMarks> marks(String id) {
        return Optional.ofNullable(jobs.get(id)).map(Job::marks);
    }

    /** Each parameter of one model in columns of passes; empty where the job is not known, or no such rank wrapped such a model. */
    public Optional<PassUsage> passes(String id, PassUsage.Asked asked) {
        return Optional.ofNullable(jobs.get(id)).flatMap(job -> job.passes(asked));
    }

    /** The observations that bring a job's state back; none where it is not known. */
    public List<Observation> picture(String id) {
        Job job = jobs.get(id);
        return job == null ? List.of() : job.picture();
    }

    Collection<Job> all() {
        return jobs.values();
    }

    /**
     * Gives what is to be written, at most {@code most} facts, beginning with another job each time.
     *
     * @param all also what ranks would send again, as when the collector stops
     * @param to is called under the job's lock, and should only keep what it is given
     */
    public void drain(int most, boolean all, long nowMicros, BiConsumer<String, JobFact> to) {
        List<Job> turn = new ArrayList<>(jobs.values());
        if (!turn.isEmpty()) {
            Collections.rotate(turn, -(drains++ % turn.size()));
        }
        int left = most;
        for (Job job : turn) {
            if (left <= 0) {
                return;
            }
            left -= job.drain(left, all, nowMicros, to);
        }
    }

    /** Parts that wait to be written. */
    public long unwritten() {
        return jobs.values().stream().mapToLong(Job::unwritten).sum();
    }

    /** Whether the job is known and has ended. */
    public boolean hasEnded(String id) {
        Job job = jobs.get(id);
        return job != null && job.endedMicros() != Job.RUNNING;
    }

    /**
     * Blocks until every rank that joined the job has left, so that the last frames of processes that are already gone can come in.
     *
     * @return false where some are still there when the time is over; true also for a job that no rank joined
     */
    public boolean awaitRanksGone(String id, Duration timeout) throws InterruptedException {
        Job job = jobs.get(id);
        return job == null || job.awaitRanksGone(timeout);
    }

    /** What came and what became of it. */
    public synchronized Counts counts() {
        long toNone = refused.sum();
        Counts all = former.plus(new Counts(toNone, 0, 0, toNone));
        for (Job job : jobs.values()) {
            all = all.plus(job.counts());
        }
        return all;
    }

    /** {@code received == analysed + merged + rejected}. */
    public record Counts(long received, long analysed, long merged, long rejected) {
        static final Counts NONE = new Counts(0, 0, 0, 0);

        Counts plus(Counts other) {
            return new Counts(
                    received + other.received,
                    analysed + other.analysed,
                    merged + other.merged,
                    rejected + other.rejected);
        }
    }
}
