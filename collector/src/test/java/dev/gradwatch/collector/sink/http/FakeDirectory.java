package dev.gradwatch.collector.sink.http;

import dev.gradwatch.collector.model.Alert;
import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.model.AlertState;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.FlagCost;
import dev.gradwatch.collector.model.Gpu;
import dev.gradwatch.collector.model.GpuThresholds;
import dev.gradwatch.collector.model.JobReport.Mark;
import dev.gradwatch.collector.model.JobSummary;
import dev.gradwatch.collector.model.Language;
import dev.gradwatch.collector.model.Mute;
import dev.gradwatch.collector.model.ParameterMarks;
import dev.gradwatch.collector.model.ParameterUsage;
import dev.gradwatch.collector.model.PassUsage;
import dev.gradwatch.collector.model.SampleGpus;
import dev.gradwatch.collector.model.SampleReports;
import dev.gradwatch.collector.model.SeriesPoint;
import dev.gradwatch.collector.model.Severity;
import dev.gradwatch.collector.sink.report.ReportJson;
import dev.gradwatch.collector.sink.store.Store.JobPage;
import dev.gradwatch.collector.sink.store.Store.JobQuery;
import dev.gradwatch.collector.sink.store.Store.SeriesFilter;
import dev.gradwatch.collector.sink.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Holds what a test puts in; one job and one alert to begin with. */
final class FakeDirectory implements Directory {
    static final String JOB = "train/7f \uD83D\uDD25";
    static final String ALERT = "0123456789abcdef";
    static final long MICROS = 1_767_225_600_000_000L;

    final Map<String, Alert> alerts = new LinkedHashMap<>();
    final List<AlertEvent> events = new ArrayList<>();
    final List<Mute> muted = new ArrayList<>();
    volatile GpuPage gpus = new GpuPage(
            SampleGpus.DRIVER,
            List.of(
                    new GpuRow(SampleGpus.HOST, SampleGpus.full()),
                    new GpuRow(SampleGpus.HOST, SampleGpus.instance(7)),
                    new GpuRow("node2", SampleGpus.bare(1, Gpu.State.LOST))),
            GpuThresholds.DEFAULTS);
    volatile List<Channel> channels = List.of(
            new Channel(
                    "night",
                    "slack",
                    "https://hooks.slack.com/…",
                    Language.ZH,
                    Severity.ERROR,
                    0,
                    3,
                    "no_team",
                    9,
                    2,
                    MICROS,
                    "HTTP 404 (no_team)"),
            new Channel(
                    "team", "generic", "http://127.0.0.1/…", Language.EN, Severity.INFO, 7, 0, "", 0, 0, null, null));
    final List<Object> asked = new CopyOnWriteArrayList<>();
    final List<JobOrder> orders = new CopyOnWriteArrayList<>();
    final List<Consumer<Event>> subscribers = new CopyOnWriteArrayList<>();
    volatile int marksOfHead = 1;
    volatile boolean storeAway;
    volatile @Nullable RuntimeException failure;
    volatile @Nullable CountDownLatch held;

    FakeDirectory() {
        alerts.put(ALERT, sample(ALERT));
        events.add(new AlertEvent(MICROS, AlertEvent.Kind.OPENED, sample(ALERT)));
    }

    static Alert sample(String id) {
        return new Alert(
                id,
                JOB,
                "train",
                AlertState.OPEN,
                SampleReports.deadHeadFinding(),
                MICROS,
                MICROS + 1,
                null,
                null,
                null,
                "",
                1,
                Alert.Since.FIRST_RUN);
    }

    static JobSummary summary(String id) {
        return JobSummary.of(SampleReports.deadHead(), MICROS).id().equals(id)
                ? JobSummary.of(SampleReports.deadHead(), MICROS)
                : renamed(JobSummary.of(SampleReports.deadHead(), MICROS), id);
    }

    private static JobSummary renamed(JobSummary job, String id) {
        return new JobSummary(
                id,
                job.name(),
                job.runKey(),
                job.state(),
                job.exitCode(),
                job.startedMicros(),
                job.endedMicros(),
                job.worldSize(),
                job.ranks(),
                job.step(),
                job.stepNanos(),
                job.framework(),
                job.worst(),
                job.title(),
                job.findings(),
                job.updatedMicros());
    }

    /** As the real one does: kept first, told then. */
    void happens(AlertEvent event) {
        synchronized (events) {
            events.add(event);
        }
        tell(new Event.OfAlert(event));
    }

    AlertEvent happens(long micros) {
        AlertEvent event = new AlertEvent(micros, AlertEvent.Kind.UPDATED, sample(ALERT));
        happens(event);
        return event;
    }

    void tell(Event event) {
        subscribers.forEach(subscriber -> subscriber.accept(event));
    }

    private void answering(Object what) {
        asked.add(what);
        CountDownLatch latch = held;
        if (latch != null) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        if (storeAway) {
            throw new StoreException("disk full", new IllegalStateException("secret path"));
        }
        RuntimeException thrown = failure;
        if (thrown != null) {
            throw thrown;
        }
    }

    @Override
    public JobPage jobs(JobQuery query, JobOrder order) {
        answering(query);
        orders.add(order);
        return new JobPage(List.of(summary(JOB)), 1);
    }

    @Override
    public Optional<Recent> recent(String job) {
        return Optional.of(new Recent("gpu_percent", 10, List.of(40.0, 97.5)));
    }

    @Override
    public Optional<JobSummary> job(String id) {
        answering(id);
        return id.equals(JOB) ? Optional.of(summary(JOB)) : Optional.empty();
    }

    @Override
    public Optional<SinceLastRun> sinceLastRun(String job) {
        return Optional.of(new SinceLastRun("before", List.of("a"), List.of("b"), List.of("c")));
    }

    @Override
    public Optional<FlagCost> findUnusedCost(String job) {
        return Optional.of(new FlagCost(JOB, "before", 0.0125, 0.012));
    }

    @Override
    public Optional<byte[]> report(String job) {
        answering(job);
        return job.equals(JOB)
                ? Optional.of(ReportJson.text(
                                SampleReports.deadHead(), findUnusedCost(job).orElseThrow())
                        .getBytes(StandardCharsets.UTF_8))
                : Optional.empty();
    }

    @Override
    public Optional<ParameterPage> parameters(String job, ParameterQuery query) {
        answering(query);
        ParameterUsage usage = new ParameterUsage(
                0,
                3,
                "head.weight",
                List.of("tied.weight"),
                List.of(2, 4),
                "float32",
                true,
                List.of(
                        new ParameterUsage.Cell(0, Mark.USED, 5, 6, 4, 1.5f, Float.NaN),
                        new ParameterUsage.Cell(1, Mark.NEVER, 0, 6, -1, -1, Float.POSITIVE_INFINITY)));
        return job.equals(JOB) ? Optional.of(new ParameterPage(List.of(0, 1), List.of(usage), 1)) : Optional.empty();
    }

    @Override
    public Optional<MarkPage> marks(String job, ParameterQuery query) {
        answering(query);
        ParameterMarks marks = new ParameterMarks(
                List.of(0, 1),
                List.of(List.of(Mark.USED, Mark.USED), List.of(Mark.USED, Mark.NEVER)),
                List.of(
                        new ParameterMarks.Row(0, 2, "body.weight", List.of(), 0),
                        new ParameterMarks.Row(0, 3, "head.weight", List.of("tied.weight"), marksOfHead)));
        return job.equals(JOB) ? Optional.of(new MarkPage(marks, 7)) : Optional.empty();
    }

    @Override
    public Optional<PassUsage> passes(String job, PassUsage.Asked asked) {
        answering(asked);
        boolean known = job.equals(JOB) && asked.model() == 0;
        return known
                ? Optional.of(new PassUsage(
                        asked.rank(),
                        0,
                        0,
                        3,
                        new PassUsage.Folded(0, 1, 2),
                        List.of(new PassUsage.Column(0, 1, -1), new PassUsage.Column(2, 3, 2)),
                        List.of(new PassUsage.Row(3, "head.weight", List.of(Mark.SOMETIMES, Mark.NEVER)))))
                : Optional.empty();
    }

    @Override
    public Optional<List<SeriesPoint>> steps(
            String job, SeriesFilter filter, long fromMicros, long toMicros, int points) {
        answering(List.of(filter, fromMicros, toMicros, points));
        return job.equals(JOB)
                ? Optional.of(List.of(
                        new SeriesPoint(job, "step_time_seconds", MICROS, 1_000_000, 10, 4, 2, 0.25, 1),
                        new SeriesPoint(job, "gradient_norm", MICROS, 1_000_000, 10, 1, Double.NaN, 1, 1)))
                : Optional.empty();
    }

    @Override
    public Optional<List<Proof>> log(String job) {
        answering(job);
        Finding finding = SampleReports.deadHeadFinding();
        return job.equals(JOB)
                ? Optional.of(List.of(new Proof(finding.id(), finding.log().get(0))))
                : Optional.empty();
    }

    @Override
    public List<Alert> alerts(Set<AlertState> states, @Nullable String job, int limit) {
        answering(states);
        return alerts.values().stream()
                .filter(alert -> states.contains(alert.state()))
                .filter(alert -> job == null || job.equals(alert.job()))
                .limit(limit)
                .toList();
    }

    @Override
    public Optional<Alert> alert(String id) {
        answering(id);
        return Optional.ofNullable(alerts.get(id));
    }

    @Override
    public List<AlertEvent> history(String alert) {
        return events.stream().filter(event -> event.alert().id().equals(alert)).toList();
    }

    @Override
    public Optional<Alert> acknowledge(String alert, String by, String note) {
        answering(List.of(alert, by, note));
        return Optional.ofNullable(alerts.get(alert));
    }

    @Override
    public Mute mute(Mute mute) {
        answering(mute);
        Mute taken = new Mute(
                "fedcba9876543210",
                mute.job(),
                mute.cause(),
                mute.modules(),
                mute.sinceMicros(),
                mute.untilMicros(),
                mute.by(),
                mute.reason());
        muted.add(taken);
        return taken;
    }

    @Override
    public List<Mute> mutes() {
        answering("mutes");
        return List.copyOf(muted);
    }

    @Override
    public Health health() {
        return new Health("0.1.0", 7, 1, 2, new Health.StoreState("sqlite", !storeAway, "", 4096), 0, 0, 7_787);
    }

    @Override
    public GpuPage gpus() {
        return gpus;
    }

    @Override
    public List<Channel> channels() {
        return channels;
    }

    @Override
    public AutoCloseable subscribe(Consumer<Event> subscriber) {
        subscribers.add(subscriber);
        return () -> subscribers.remove(subscriber);
    }

    @Override
    public List<AlertEvent> eventsAfter(long micros, int limit) {
        answering("eventsAfter");
        synchronized (events) {
            return events.stream()
                    .filter(event -> event.micros() > micros)
                    .limit(limit)
                    .toList();
        }
    }
}
