package dev.gradwatch.collector.cli.sidecar;

import dev.gradwatch.collector.model.JobSummary;
import dev.gradwatch.collector.model.JobSummary.State;
import dev.gradwatch.collector.sink.http.Directory.JobOrder;
import dev.gradwatch.collector.sink.store.Store.JobPage;
import dev.gradwatch.collector.sink.store.Store.JobQuery;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A line for each job, running or not, so that lists need no database. Past {@link #MAX_JOBS} the job that ended first is left out; it can still
 * be asked for by its id. Thread-safe.
 */
final class Catalogue {
    static final int MAX_JOBS = 20_000;

    private static final Comparator<JobSummary> NEWEST_FIRST = Comparator.comparing(
                    (JobSummary job) -> job.state() != State.RUNNING)
            .thenComparing(Comparator.comparingLong(JobSummary::startedMicros).reversed())
            .thenComparing(JobSummary::id);

    private static final Comparator<JobSummary> WORST_FIRST =
            Comparator.comparing(JobSummary::worst, Comparator.nullsLast(Comparator.reverseOrder()));

    private static final Comparator<JobSummary> BY_NAME =
            Comparator.comparing(JobSummary::name, String.CASE_INSENSITIVE_ORDER);

    private final Map<String, JobSummary> jobs = new HashMap<>();
    private @Nullable List<JobSummary> sorted;

    synchronized void put(JobSummary job) {
        JobSummary before = jobs.put(job.id(), job);
        if (before != null
                && before.state() == job.state()
                && before.startedMicros() == job.startedMicros()
                && sorted != null) {
            // The usual case: in its place, only further on.
            sorted.set(placeOf(sorted, before), job);
            return;
        }
        sorted = null;
        if (jobs.size() > MAX_JOBS) {
            jobs.values().stream()
                    .filter(known -> known.state() != State.RUNNING)
                    .min(Comparator.comparingLong(JobSummary::endedMicros))
                    .ifPresent(oldest -> jobs.remove(oldest.id()));
        }
    }

    private static int placeOf(List<JobSummary> sorted, JobSummary job) {
        int low = 0;
        int high = sorted.size() - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (NEWEST_FIRST.compare(sorted.get(middle), job) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Drops the ended jobs that are nowhere kept any more; asks without holding anybody up. */
    void keep(Predicate<String> kept) {
        List<String> ended;
        synchronized (this) {
            ended = jobs.values().stream()
                    .filter(job -> job.state() != State.RUNNING)
                    .map(JobSummary::id)
                    .toList();
        }
        List<String> gone = ended.stream().filter(kept.negate()).toList();
        synchronized (this) {
            gone.forEach(jobs::remove);
            sorted = null;
        }
    }

    synchronized @Nullable JobSummary get(String id) {
        return jobs.get(id);
    }

    synchronized int running() {
        return (int) jobs.values().stream()
                .filter(job -> job.state() == State.RUNNING)
                .count();
    }

    synchronized JobPage page(JobQuery query, JobOrder order) {
        if (sorted == null) {
            sorted = new ArrayList<>(jobs.values());
            sorted.sort(NEWEST_FIRST);
        }
        List<JobSummary> all = inOrder(sorted, order);
        String text = query.text().toLowerCase(Locale.ROOT);
        List<JobSummary> page = new ArrayList<>();
        long total = 0;
        for (JobSummary job : all) {
            if ((query.state() == null || job.state() == query.state()) && holds(job, text)) {
                if (total >= query.offset() && page.size() < query.limit()) {
                    page.add(job);
                }
                total++;
            }
        }
        return new JobPage(page, total);
    }

    private static List<JobSummary> inOrder(List<JobSummary> newestFirst, JobOrder order) {
        if (order == JobOrder.NEWEST) {
            return newestFirst;
        }
        List<JobSummary> all = new ArrayList<>(newestFirst);
        // Stable: what is equal stays newest first.
        all.sort(order == JobOrder.WORST ? WORST_FIRST : BY_NAME);
        return all;
    }

    private static boolean holds(JobSummary job, String text) {
        return text.isEmpty()
                || job.id().toLowerCase(Locale.ROOT).contains(text)
                || job.name().toLowerCase(Locale.ROOT).contains(text)
                || job.runKey().toLowerCase(Locale.ROOT).contains(text);
    }
}
