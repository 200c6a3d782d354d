package dev.gradwatch.collector.sink.store;

import dev.gradwatch.collector.model.Alert;
import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.model.AlertState;
import dev.gradwatch.collector.model.JobSummary;
import dev.gradwatch.collector.model.Mute;
import dev.gradwatch.collector.model.SeriesPoint;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A database of jobs, their state, their alerts and their series. Thread-safe; every method may block on a disk or a network. Whoever opened it
 * closes it.
 *
 * <p>Every method throws {@link StoreException}, with the reason in one line, where the database does not answer or has no room. What failed
 * changed nothing, and may be tried again.
 *
 * <p>Texts may be of any length and hold anything; a NUL or half a surrogate pair in what is not JSON (a job's id and name, a fact's key, a series) is
 * found as it was written and comes back as U+FFFD, since PostgreSQL holds neither.
 */
public interface Store extends AutoCloseable {
    /** Writes all of a batch or nothing. The same batch twice is as good as once. */
    void write(Batch batch);

    /** Newest first: running jobs before ended ones, then by start, then by id. */
    JobPage jobs(JobQuery query);

    Optional<JobSummary> job(String id);

    /** The report's JSON as it was last written. */
    Optional<byte[]> report(String job);

    /** The latest job with this run key that had ended when another one started, the other one left out. */
    Optional<JobSummary> runBefore(String runKey, String job, long startedMicros);

    /** The latest jobs with this name or this run key that had ended when another one started, newest first, the other one left out. */
    List<JobSummary> runsBefore(String name, String runKey, String job, long startedMicros, int limit);

    /** Ids of the jobs that have not ended. */
    List<String> unfinished();

    /** What brings the job's state back, in the order of {@code place}. */
    List<StoredFact> facts(String job);

    /**
     * Newest first by update.
     *
     * @param states empty for all
     * @param job an id; null for all
     */
    List<Alert> alerts(Set<AlertState> states, @Nullable String job, int limit);

    Optional<Alert> alert(String id);

    /** An alert's life, oldest first. */
    List<AlertEvent> history(String alert);

    /** Events of all alerts after a moment, oldest first. */
    List<AlertEvent> eventsAfter(long micros, int limit);

    /** How far a channel is in the events; empty where it was never saved. */
    Optional<Delivered> delivered(String channel);

    /**
     * Replaces how far a channel is, and what it remembers of alerts.
     *
     * @param messages by alert's id; null forgets
     */
    void saveDelivered(String channel, Delivered delivered, Map<String, @Nullable String> messages);

    /** What a channel remembers of an alert, as long as the alert is kept. */
    Optional<String> message(String channel, String alert);

    /** Those whose time is not over. */
    List<Mute> mutes(long nowMicros);

    /**
     * A job's series in the finest resolution that is still kept, folded to at most so many points for each series, oldest first.
     *
     * @param fromMicros inclusive
     * @param toMicros exclusive
     */
    List<SeriesPoint> series(String job, SeriesFilter filter, long fromMicros, long toMicros, int points);

    /** All of its series, as above. */
    default List<SeriesPoint> series(String job, long fromMicros, long toMicros, int points) {
        return series(job, SeriesFilter.ALL, fromMicros, toMicros, points);
    }

    /** Makes old series coarser, and removes what retention does not keep. May take long; in small transactions. */
    Removed maintain(long nowMicros, Retention retention);

    /** Removes a job and all that is kept of it, in small transactions; nothing happens where it is not known. */
    void remove(String job);

    /** What the database takes on its disk. */
    long bytes();

    /** Such as {@code sqlite} or {@code postgresql}. */
    String kind();

    @Override
    void close();

    /**
     * Filters and a window.
     *
     * @param text that the id, the name or the command holds, in any case; empty for all
     * @param state null for all
     */
    record JobQuery(String text, JobSummary.@Nullable State state, int offset, int limit) {}

    /**
     * Which series.
     *
     * @param names each with what is below it: {@code gpu_percent} brings {@code gpu_percent/rank.0} too; empty for all
     * @param ofRanks also those of single ranks, which may be many
     */
    record SeriesFilter(Set<String> names, boolean ofRanks) {
        public static final SeriesFilter ALL = new SeriesFilter(Set.of(), true);

        public SeriesFilter {
            names = Set.copyOf(names);
        }

        public boolean takes(String series) {
            return (ofRanks || !series.contains(SeriesPoint.OF_RANK))
                    && (names.isEmpty()
                            || names.stream().anyMatch(name -> series.equals(name) || series.startsWith(name + "/")));
        }
    }

    /** @param total jobs that the filters let through */
    record JobPage(List<JobSummary> jobs, long total) {
        public JobPage {
            jobs = List.copyOf(jobs);
        }
    }

    /** An encoded {@link dev.gradwatch.collector.model.JobFact}. */
    record StoredFact(String key, long place, byte[] body) {}

    /** What {@link #maintain} removed. */
    record Removed(int jobs, int events, int points) {}

    /**
     * What is kept. A job with events that a channel has yet to deliver stays for {@link #DELIVERY_MICROS} after them, whatever else is said.
     *
     * @param jobMicros how long a job is kept after its end, its alerts with it
     * @param maxBytes past it the jobs that ended first go, until the database is smaller; 0 for no bound
     */
    record Retention(long jobMicros, long maxBytes) {
        /** A chat server that is away for longer loses what went with its jobs. */
        public static final long DELIVERY_MICROS = TimeUnit.DAYS.toMicros(7);
    }
}
