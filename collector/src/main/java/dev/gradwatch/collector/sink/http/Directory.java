package dev.gradwatch.collector.sink.http;

import dev.gradwatch.collector.model.Alert;
import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.model.AlertState;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.FlagCost;
import dev.gradwatch.collector.model.Gpu;
import dev.gradwatch.collector.model.GpuDriver;
import dev.gradwatch.collector.model.GpuThresholds;
import dev.gradwatch.collector.model.JobSummary;
import dev.gradwatch.collector.model.Language;
import dev.gradwatch.collector.model.Mute;
import dev.gradwatch.collector.model.ParameterMarks;
import dev.gradwatch.collector.model.ParameterUsage;
import dev.gradwatch.collector.model.PassUsage;
import dev.gradwatch.collector.model.SeriesPoint;
import dev.gradwatch.collector.model.Severity;
import dev.gradwatch.collector.sink.store.Store.JobPage;
import dev.gradwatch.collector.sink.store.Store.JobQuery;
import dev.gradwatch.collector.sink.store.Store.SeriesFilter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the API answers from: live jobs, and stored ones behind them. Thread-safe. Methods may block on the store, so the API calls them
 * off its event loops; they throw {@link dev.gradwatch.collector.sink.store.StoreException} where only the store would know and it does
 * not answer.
 */
public interface Directory {
    /** Those that the filters let through, in this order, the query's part of them. */
    JobPage jobs(JobQuery query, JobOrder order);

    /** What a running job's GPUs did lately, or its step time; empty where unknown. Does not block. */
    Optional<Recent> recent(String job);

    Optional<JobSummary> job(String id);

    /** How the job stands beside its last run; empty where there was none. */
    Optional<SinceLastRun> sinceLastRun(String job);

    /** What {@code find_unused_parameters} costs the job; empty where no earlier run tells. */
    Optional<FlagCost> findUnusedCost(String job);

    /** The report's JSON. */
    Optional<byte[]> report(String job);

    /** Empty where the job is not known, or its parameters are no longer kept. */
    Optional<ParameterPage> parameters(String job, ParameterQuery query);

    /** Likewise the marks alone; the very object that was given before where nothing changed since. */
    Optional<MarkPage> marks(String job, ParameterQuery query);

    /** Empty where the job is not known, its parameters are no longer kept, or no such rank wrapped such a model. */
    Optional<PassUsage> passes(String job, PassUsage.Asked asked);

    /** Empty where the job is not known. */
    Optional<List<SeriesPoint>> steps(String job, SeriesFilter filter, long fromMicros, long toMicros, int points);

    /** The messages that prove findings; empty where the job is not known. */
    Optional<List<Proof>> log(String job);

    List<Alert> alerts(Set<AlertState> states, @Nullable String job, int limit);

    Optional<Alert> alert(String id);

    List<AlertEvent> history(String alert);

    /** Empty where there is no such alert; one that is resolved stays so. */
    Optional<Alert> acknowledge(String alert, String by, String note);

    /**
     * Mutes what fits.
     *
     * @param mute its id and {@code sinceMicros} are the directory's to choose
     * @return as it was taken
     */
    Mute mute(Mute mute);

    List<Mute> mutes();

    Health health();

    /** GPUs of this machine, and those of other machines that ranks compute on. */
    GpuPage gpus();

    /** Where alerts are sent, by name; empty where nothing is configured. */
    List<Channel> channels();

    /**
     * Calls for each event from now on, on the thread that made it, which must not be held up. Alert events come one at a time in the
     * order of their micros, each when {@link #eventsAfter} has it.
     *
     * @return closes the subscription
     */
    AutoCloseable subscribe(Consumer<Event> subscriber);

    /** Alert events after a moment, oldest first, at most {@code limit}. */
    List<AlertEvent> eventsAfter(long micros, int limit);

    /** In which order jobs are listed; what is equal in one comes as in the first. */
    enum JobOrder {
        /** Running ones before ended ones, then by start. */
        NEWEST,
        /** By the severity of what was found. */
        WORST,
        NAME;

        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** @throws IllegalArgumentException with what was expected */
        public static JobOrder of(String id) {
            for (JobOrder order : values()) {
                if (order.id().equals(id)) {
                    return order;
                }
            }
            throw new IllegalArgumentException("sort: " + id + " (expected: newest, worst or name)");
        }
    }

    /**
     * A series' latest means.
     *
     * @param series {@code gpu_percent}, or {@code step_time_seconds}
     * @param spanSeconds that each stands for
     * @param values oldest first; the last one's span is not over
     */
    record Recent(String series, long spanSeconds, List<Double> values) {
        public Recent {
            values = List.copyOf(values);
        }
    }

    /** Something that a page wants to know at once. */
    sealed interface Event {
        record OfAlert(AlertEvent event) implements Event {}

        /** A job appeared, changed or ended. */
        record OfJob(JobSummary job) implements Event {}
    }

    /**
     * A chat channel and how it does; nothing in it is secret.
     *
     * @param kind such as {@code slack}
     * @param url masked
     * @param sent messages since the collector started
     * @param failed alerts that were given up, since the channel was first configured
     * @param failedReason why the last of them was; empty where none was
     * @param retries attempts that failed since the collector started
     * @param waiting alerts that wait to be told
     * @param pendingSinceMicros when the oldest of them came; null where none waits
     * @param lastError why the last attempt failed; null where it did not
     */
    record Channel(
            String name,
            String kind,
            String url,
            Language language,
            Severity minSeverity,
            long sent,
            long failed,
            String failedReason,
            long retries,
            int waiting,
            @Nullable Long pendingSinceMicros,
            @Nullable String lastError) {}

    /**
     * A message that proves a finding.
     *
     * @param finding its id
     */
    record Proof(String finding, Finding.LogLine line) {}

    /**
     * Findings beside those of the run before.
     *
     * @param job the run before
     * @param fixed titles of findings that it had and this one has not
     * @param stillThere titles of findings that both have
     * @param fresh titles of findings that only this one has
     */
    record SinceLastRun(String job, List<String> fixed, List<String> stillThere, List<String> fresh) {
        public SinceLastRun {
            fixed = List.copyOf(fixed);
            stillThere = List.copyOf(stillThere);
            fresh = List.copyOf(fresh);
        }
    }

    /**
     * @param model null for all
     * @param text that a name holds, in any case; empty for all
     * @param marks those that have one of these on some rank; empty for all
     */
    record ParameterQuery(@Nullable Integer model, String text, Set<String> marks, int offset, int limit) {}

    /** @param total how many rows fit, on this page or not */
    record MarkPage(ParameterMarks marks, long total) {}

    record ParameterPage(List<Integer> ranks, List<ParameterUsage> parameters, long total) {
        public ParameterPage {
            ranks = List.copyOf(ranks);
            parameters = List.copyOf(parameters);
        }
    }

    /**
     * GPUs of one or more machines.
     *
     * @param driver of this machine
     * @param gpus this machine's first
     * @param thresholds from when on what they do is told
     */
    record GpuPage(GpuDriver driver, List<GpuRow> gpus, GpuThresholds thresholds) {
        public GpuPage {
            gpus = List.copyOf(gpus);
        }
    }

    /** @param gpu its processes with the ranks and jobs that they are */
    record GpuRow(String host, Gpu gpu) {}

    /**
     * @param store {@code ok}, or {@code unavailable} with the reason
     * @param pendingWrites parts that wait for the store
     * @param lost alert events that had no room while the store was away
     * @param reporterPort where reporters connect; null where none can
     */
    record Health(
            String version,
            long uptimeSeconds,
            int jobs,
            int reporters,
            StoreState store,
            long pendingWrites,
            long lost,
            @Nullable Integer reporterPort) {
        public record StoreState(String kind, boolean available, String reason, long bytes) {}
    }
}
