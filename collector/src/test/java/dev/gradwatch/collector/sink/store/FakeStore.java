package dev.gradwatch.collector.sink.store;

import dev.gradwatch.collector.model.Alert;
import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.model.AlertState;
import dev.gradwatch.collector.model.JobSummary;
import dev.gradwatch.collector.model.Mute;
import dev.gradwatch.collector.model.SeriesPoint;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Takes batches, or fails as it was told. */
class FakeStore implements Store {
    final List<Batch> tries = new ArrayList<>();
    final List<Batch> written = new ArrayList<>();
    final Deque<RuntimeException> failures = new ArrayDeque<>();
    volatile boolean away;
    Predicate<Batch> refuses = batch -> false;

    static StoreException gone() {
        return new StoreException("store: no room on the disk (x)", new IllegalStateException());
    }

    @Override
    public synchronized void write(Batch batch) {
        tries.add(batch);
        if (away) {
            throw gone();
        }
        if (!failures.isEmpty()) {
            throw failures.pop();
        }
        if (refuses.test(batch)) {
            throw new StoreException("store: x refused a row (y)", new IllegalStateException(), true);
        }
        written.add(batch);
    }

    synchronized List<AlertEvent> events() {
        return written.stream().flatMap(batch -> batch.events().stream()).toList();
    }

    @Override
    public JobPage jobs(JobQuery query) {
        return new JobPage(List.of(), 0);
    }

    @Override
    public Optional<JobSummary> job(String id) {
        return Optional.empty();
    }

    @Override
    public Optional<byte[]> report(String job) {
        return Optional.empty();
    }

    @Override
    public Optional<JobSummary> runBefore(String runKey, String job, long startedMicros) {
        return Optional.empty();
    }

    @Override
    public List<JobSummary> runsBefore(String name, String runKey, String job, long startedMicros, int limit) {
        return List.of();
    }

    @Override
    public List<String> unfinished() {
        return List.of();
    }

    @Override
    public List<StoredFact> facts(String job) {
        return List.of();
    }

    @Override
    public List<Alert> alerts(Set<AlertState> states, String job, int limit) {
        return List.of();
    }

    @Override
    public Optional<Alert> alert(String id) {
        return Optional.empty();
    }

    @Override
    public List<AlertEvent> history(String alert) {
        return List.of();
    }

    @Override
    public List<AlertEvent> eventsAfter(long micros, int limit) {
        return List.of();
    }

    @Override
    public Optional<Delivered> delivered(String channel) {
        return Optional.empty();
    }

    @Override
    public void saveDelivered(String channel, Delivered delivered, Map<String, String> messages) {}

    @Override
    public Optional<String> message(String channel, String alert) {
        return Optional.empty();
    }

    @Override
    public List<Mute> mutes(long nowMicros) {
        return List.of();
    }

    @Override
    public List<SeriesPoint> series(String job, SeriesFilter filter, long fromMicros, long toMicros, int points) {
        return List.of();
    }

    @Override
    public Removed maintain(long nowMicros, Retention retention) {
        return new Removed(0, 0, 0);
    }

    @Override
    public void remove(String job) {
        throw new UnsupportedOperationException("remove");
    }

    @Override
    public long bytes() {
        return 0;
    }

    @Override
    public String kind() {
        return "fake";
    }

    @Override
    public void close() {}
}
