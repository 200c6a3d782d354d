package dev.gradwatch.collector.sink.store;

import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.model.JobSummary;
import dev.gradwatch.collector.model.Mute;
import dev.gradwatch.collector.model.SeriesPoint;
import dev.gradwatch.collector.sink.store.Store.StoredFact;
import java.util.List;
import java.util.UUID;

/**
 * What is written together.
 *
 * @param id no two batches have the same; a store that has written this one does nothing when it comes again
 * @param jobs inserted or replaced, with their reports
 * @param facts replaced by key; one with an empty body is removed
 * @param events appended to the history, and their alerts replaced
 * @param mutes inserted or replaced
 * @param points merged into the point of the same job, series, span and time
 */
public record Batch(
        String id,
        List<JobRow> jobs,
        List<FactRow> facts,
        List<AlertEvent> events,
        List<Mute> mutes,
        List<SeriesPoint> points) {
    public Batch {
        jobs = List.copyOf(jobs);
        facts = List.copyOf(facts);
        events = List.copyOf(events);
        mutes = List.copyOf(mutes);
        points = List.copyOf(points);
    }

    /** One with a new id. */
    public Batch(
            List<JobRow> jobs,
            List<FactRow> facts,
            List<AlertEvent> events,
            List<Mute> mutes,
            List<SeriesPoint> points) {
        this(UUID.randomUUID().toString(), jobs, facts, events, mutes, points);
    }

    /** @param report its JSON */
    public record JobRow(JobSummary summary, byte[] report) {}

    public record FactRow(String job, StoredFact fact) {}

    public boolean isEmpty() {
        return size() == 0;
    }

    /** How many parts it has. */
    public int size() {
        return jobs.size() + facts.size() + events.size() + mutes.size() + points.size();
    }
}
