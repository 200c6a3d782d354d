package dev.gradwatch.collector.cli.sidecar;

import dev.gradwatch.collector.alert.AlertBook;
import dev.gradwatch.collector.alert.AlertBook.Ending;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.JobSummary;
import dev.gradwatch.collector.model.JobSummary.State;
import dev.gradwatch.collector.model.SeriesPoint;
import dev.gradwatch.collector.pipeline.Examination;
import dev.gradwatch.collector.pipeline.Jobs;
import dev.gradwatch.collector.sink.http.Directory.Event;
import dev.gradwatch.collector.sink.report.ReportJson;
import dev.gradwatch.collector.sink.store.Batch;
import dev.gradwatch.collector.sink.store.Batch.FactRow;
import dev.gradwatch.collector.sink.store.Batch.JobRow;
import dev.gradwatch.collector.sink.store.FactText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes each examination of a job: its findings go to the alerts, its line to the catalogue and to whoever looks on, its report and its series to
 * what is written next. Thread-safe: the examiner brings, the store's writer takes.
 */
final class JobKeeper implements Consumer<Examination> {
    /** Points that wait for the store; past it the oldest go. */
    static final int MAX_POINTS = 50_000;

    /** How often the row of a job is written in which nothing but its step changed. */
    private static final long ROW_MICROS = 30_000_000;

    private final Jobs jobs;
    private final AlertBook alerts;
    private final Catalogue catalogue;
    private final LastRuns lastRuns;
    private final FlagCosts flagCosts;
    private final SeriesBook series;
    private final Consumer<Event> watchers;
    private final LongSupplier nowMicros;

    /** Reports to be written, the latest of each job. Guarded by this object's monitor, as all below. */
    private final Map<String, JobReport> rows = new LinkedHashMap<>();

    private final Map<String, Written> written = new HashMap<>();
    private final Deque<SeriesPoint> points = new ArrayDeque<>();
    private long lostPoints;

    private record Written(long micros, JobSummary summary, List<Finding> findings) {}

    JobKeeper(
            Jobs jobs,
            AlertBook alerts,
            Catalogue catalogue,
            LastRuns lastRuns,
            FlagCosts flagCosts,
            SeriesBook series,
            Consumer<Event> watchers,
            LongSupplier nowMicros) {
        this.jobs = jobs;
        this.alerts = alerts;
        this.catalogue = catalogue;
        this.lastRuns = lastRuns;
        this.flagCosts = flagCosts;
        this.series = series;
        this.watchers = watchers;
        this.nowMicros = nowMicros;
    }

    @Override
    public void accept(Examination examination) {
        long now = nowMicros.getAsLong();
        JobReport report = examination.report();
        JobSummary summary = JobSummary.of(report, now).with(examination.gpus());
        JobSummary before = catalogue.get(summary.id());
        catalogue.put(summary);
        LastRuns.@Nullable LastRun lastRun = lastRuns.of(summary);
        alerts.update(
                report.id(),
                report.name(),
                report.findings(),
                lastRun == null ? null : lastRun.titles().keySet(),
                examination.settled(),
                endingOf(summary),
                now);
        if (lastRun != null
                && !lastRun.job().equals(summary.id())
                && summary.state() != State.RUNNING
                && (before == null || before.state() == State.RUNNING)) {
            alerts.supersede(lastRun.job(), now);
        }
        keep(report, summary, examination, now);
        if (before == null || !sameToAWatcher(before, summary)) {
            watchers.accept(new Event.OfJob(summary));
        }
    }

    private static Ending endingOf(JobSummary summary) {
        return switch (summary.state()) {
            case RUNNING -> Ending.RUNNING;
            case FINISHED -> Ending.WELL;
            case FAILED -> Ending.BADLY;
        };
    }

    private static boolean sameToAWatcher(JobSummary before, JobSummary now) {
        return before.step() == now.step()
                && before.state() == now.state()
                && before.ranks() == now.ranks()
                && before.findings() == now.findings()
                && before.title().equals(now.title())
                && Objects.equals(before.gpuPercent(), now.gpuPercent());
    }

    private synchronized void keep(JobReport report, JobSummary summary, Examination examination, long now) {
        boolean ended = summary.state() != State.RUNNING;
        series.add(report.id(), examination.samples(), now).forEach(this::keep);
        series.add(report.id(), examination.gpus(), summary.worldSize(), summary.step(), now)
                .forEach(this::keep);
        if (ended) {
            series.finish(report.id()).forEach(this::keep);
        }
        Written last = written.get(report.id());
        if (last == null
                || ended
                || now - last.micros() >= ROW_MICROS
                || last.summary().state() != summary.state()
                || last.summary().ranks() != summary.ranks()
                || !last.findings().equals(report.findings())) {
            rows.put(report.id(), report);
            written.put(report.id(), new Written(now, summary, report.findings()));
        }
        if (ended) {
            written.remove(report.id());
        }
    }

    private void keep(SeriesPoint point) {
        if (points.size() >= MAX_POINTS) {
            points.removeFirst();
            lostPoints++;
        }
        points.addLast(point);
    }

    /**
     * What is to be written next.
     *
     * @param most facts and points
     * @param all also what ranks would send again, as when the collector stops
     */
    Batch drain(int most, boolean all) {
        long now = nowMicros.getAsLong();
        List<FactRow> facts = new ArrayList<>();
        jobs.drain(most, all, now, (job, fact) -> facts.add(new FactRow(job, FactText.encode(fact))));
        facts.forEach(fact -> keepLine(fact.job()));
        List<JobRow> jobRows = new ArrayList<>();
        for (JobReport report : takeRows(most)) {
            String text = ReportJson.text(report, flagCosts.of(report));
            jobRows.add(new JobRow(JobSummary.of(report, now), text.getBytes(StandardCharsets.UTF_8)));
        }
        return new Batch(jobRows, facts, List.of(), List.of(), takePoints(most));
    }

    /** What a store knows of a job it finds by the job's row, so no fact is written before that. */
    private void keepLine(String job) {
        if (catalogue.get(job) == null) {
            jobs.report(job).ifPresent(report -> {
                catalogue.put(JobSummary.of(report, nowMicros.getAsLong()));
                synchronized (this) {
                    rows.putIfAbsent(job, report);
                }
            });
        }
    }

    private synchronized List<JobReport> takeRows(int most) {
        List<JobReport> taken = new ArrayList<>();
        Iterator<JobReport> waiting = rows.values().iterator();
        while (waiting.hasNext() && taken.size() < most) {
            taken.add(waiting.next());
            waiting.remove();
        }
        return taken;
    }

    private synchronized List<SeriesPoint> takePoints(int most) {
        List<SeriesPoint> taken = new ArrayList<>();
        while (!points.isEmpty() && taken.size() < most) {
            taken.add(points.removeFirst());
        }
        return taken;
    }

    /** Parts that wait to be written. */
    long waiting() {
        long facts = jobs.unwritten();
        synchronized (this) {
            return facts + rows.size() + points.size();
        }
    }

    synchronized long lostPoints() {
        return lostPoints;
    }

    /** Forgets what is only needed for jobs in memory. */
    synchronized void forget(Set<String> kept) {
        written.keySet().retainAll(kept);
        series.forget(kept);
    }
}
