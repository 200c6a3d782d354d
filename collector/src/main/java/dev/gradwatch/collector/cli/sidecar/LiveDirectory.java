package dev.gradwatch.collector.cli.sidecar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gradwatch.collector.alert.AlertBook;
import dev.gradwatch.collector.model.Alert;
import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.model.AlertState;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.FlagCost;
import dev.gradwatch.collector.model.GpuReading;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.JobSummary;
import dev.gradwatch.collector.model.Mute;
import dev.gradwatch.collector.model.PassUsage;
import dev.gradwatch.collector.model.SeriesPoint;
import dev.gradwatch.collector.pipeline.Examination;
import dev.gradwatch.collector.pipeline.Jobs;
import dev.gradwatch.collector.sink.http.Directory;
import dev.gradwatch.collector.sink.report.FlagCostJson;
import dev.gradwatch.collector.sink.report.ReportJson;
import dev.gradwatch.collector.sink.store.Store;
import dev.gradwatch.collector.sink.store.Store.JobPage;
import dev.gradwatch.collector.sink.store.Store.JobQuery;
import dev.gradwatch.collector.sink.store.Store.SeriesFilter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The jobs in memory, and those of the store behind them. Thread-safe; may block on the store. */
final class LiveDirectory implements Directory {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int MUTE_ID_BYTES = 8;

    private final Jobs jobs;
    private final Store store;
    private final StoredJobs storedJobs;
    private final AlertBook book;
    private final Catalogue catalogue;
    private final LastRuns lastRuns;
    private final FlagCosts flagCosts;
    private final SeriesBook series;
    private final Watchers watchers;
    private final Consumer<Mute> muted;
    private final Supplier<Health> health;
    private final Supplier<GpuReading> gpus;
    private final Supplier<List<Channel>> channels;
    private final LongSupplier nowMicros;
    private final ParameterTables tables;
    private final MarkTables marks;
    private final Map<String, Written> reports = new Latest<>(Jobs.MAX_JOBS);

    /** A report as text, of this examination and no other. */
    private record Written(long of, byte[] text) {}

    LiveDirectory(Parts parts, Consumer<Mute> muted, Supplier<Health> health) {
        this.jobs = parts.jobs();
        this.store = parts.store();
        this.storedJobs = parts.storedJobs();
        this.book = parts.book();
        this.catalogue = parts.catalogue();
        this.lastRuns = parts.lastRuns();
        this.flagCosts = parts.flagCosts();
        this.series = parts.series();
        this.watchers = parts.watchers();
        this.nowMicros = parts.nowMicros();
        this.gpus = parts.gpus();
        this.channels = parts.channels();
        this.muted = muted;
        this.health = health;
        this.tables = new ParameterTables(jobs, storedJobs);
        this.marks = new MarkTables(jobs, storedJobs);
    }

    /** What it looks at. */
    record Parts(
            Jobs jobs,
            Store store,
            StoredJobs storedJobs,
            AlertBook book,
            Catalogue catalogue,
            LastRuns lastRuns,
            FlagCosts flagCosts,
            SeriesBook series,
            Watchers watchers,
            LongSupplier nowMicros,
            Supplier<GpuReading> gpus,
            Supplier<List<Channel>> channels) {}

    @Override
    public JobPage jobs(JobQuery query, JobOrder order) {
        return catalogue.page(query, order);
    }

    @Override
    public Optional<Recent> recent(String job) {
        return series.recent(job);
    }

    @Override
    public Optional<JobSummary> job(String id) {
        JobSummary known = catalogue.get(id);
        return known != null ? Optional.of(known) : store.job(id);
    }

    @Override
    public Optional<SinceLastRun> sinceLastRun(String job) {
        Optional<JobSummary> summary = job(job);
        if (summary.isEmpty()) {
            return Optional.empty();
        }
        LastRuns.LastRun before = lastRuns.of(summary.get());
        if (before == null) {
            return Optional.empty();
        }
        List<Finding> findings =
                jobs.examined(job).map(now -> now.report().findings()).orElse(null);
        return Optional.of(
                findings != null
                        ? LastRuns.compare(before, findings)
                        : LastRuns.compare(before, LastRuns.titles(storedReport(job))));
    }

    @Override
    public Optional<FlagCost> findUnusedCost(String job) {
        Optional<Examination> live = jobs.examined(job);
        return Optional.ofNullable(
                live.isPresent()
                        ? flagCosts.of(live.get().report())
                        : FlagCostJson.read(storedReport(job).path(FlagCostJson.MEMBER)));
    }

    @Override
    public Optional<byte[]> report(String job) {
        Optional<Examination> live = jobs.examined(job);
        return live.isPresent() ? Optional.of(text(job, live.get())) : store.report(job);
    }

    private byte[] text(String job, Examination examination) {
        synchronized (reports) {
            Written known = reports.get(job);
            if (known != null && known.of() == examination.number()) {
                return known.text();
            }
        }
        JobReport report = examination.report();
        byte[] text = ReportJson.text(report, flagCosts.of(report)).getBytes(StandardCharsets.UTF_8);
        synchronized (reports) {
            reports.put(job, new Written(examination.number(), text));
        }
        return text;
    }

    @Override
    public Optional<ParameterPage> parameters(String job, ParameterQuery query) {
        return tables.page(job, query);
    }

    @Override
    public Optional<MarkPage> marks(String job, ParameterQuery query) {
        return marks.page(job, query);
    }

    @Override
    public Optional<PassUsage> passes(String job, PassUsage.Asked asked) {
        return tables.passes(job, asked);
    }

    @Override
    public Optional<List<SeriesPoint>> steps(
            String job, SeriesFilter filter, long fromMicros, long toMicros, int points) {
        if (job(job).isEmpty()) {
            return Optional.empty();
        }
        List<SeriesPoint> all = new ArrayList<>(store.series(job, filter, fromMicros, toMicros, points));
        for (SeriesPoint open : series.open(job)) {
            if (open.micros() >= fromMicros && open.micros() < toMicros && filter.takes(open.series())) {
                all.add(open);
            }
        }
        return Optional.of(all);
    }

    @Override
    public Optional<List<Proof>> log(String job) {
        Optional<Examination> live = jobs.examined(job);
        if (live.isPresent()) {
            List<Proof> proofs = new ArrayList<>();
            for (Finding finding : live.get().report().findings()) {
                finding.log().forEach(line -> proofs.add(new Proof(finding.id(), line)));
            }
            return Optional.of(proofs);
        }
        if (job(job).isEmpty()) {
            return Optional.empty();
        }
        List<Proof> proofs = new ArrayList<>();
        for (JsonNode finding : storedReport(job).path("findings")) {
            for (JsonNode line : finding.path("log")) {
                proofs.add(new Proof(
                        finding.path("id").asText(),
                        new Finding.LogLine(
                                line.path("message").asText(),
                                line.path("rank").isInt()
                                        ? Integer.valueOf(line.path("rank").asInt())
                                        : null,
                                line.path("source").asText(),
                                line.path("line").asLong(),
                                line.path("text").asText())));
            }
        }
        return Optional.of(proofs);
    }

    private JsonNode storedReport(String job) {
        try {
            Optional<byte[]> report = store.report(job);
            return report.isEmpty() ? MAPPER.createObjectNode() : MAPPER.readTree(report.get());
        } catch (IOException e) {
            return MAPPER.createObjectNode();
        }
    }

    @Override
    public List<Alert> alerts(Set<AlertState> states, @Nullable String job, int limit) {
        Map<String, Alert> all = new LinkedHashMap<>();
        for (Alert alert : book.alerts()) {
            all.put(alert.id(), alert);
        }
        if (states.contains(AlertState.RESOLVED)) {
            // What is in memory is newer than what is stored.
            store.alerts(Set.of(AlertState.RESOLVED), job, limit).forEach(alert -> all.putIfAbsent(alert.id(), alert));
        }
        return all.values().stream()
                .filter(alert -> states.contains(alert.state())
                        && (job == null || alert.job().equals(job)))
                .sorted(Comparator.comparingLong(Alert::updatedMicros).reversed())
                .limit(limit)
                .toList();
    }

    @Override
    public Optional<Alert> alert(String id) {
        Optional<Alert> known = book.alert(id);
        return known.isPresent() ? known : store.alert(id);
    }

    @Override
    public List<AlertEvent> history(String alert) {
        return store.history(alert);
    }

    @Override
    public Optional<Alert> acknowledge(String alert, String by, String note) {
        Optional<Alert> known = book.acknowledge(alert, by, note, nowMicros.getAsLong());
        return known.isPresent() ? known : store.alert(alert);
    }

    @Override
    public Mute mute(Mute mute) {
        byte[] id = new byte[MUTE_ID_BYTES];
        new SecureRandom().nextBytes(id);
        long now = nowMicros.getAsLong();
        Mute taken = new Mute(
                HexFormat.of().formatHex(id),
                mute.job(),
                mute.cause(),
                mute.modules(),
                now,
                mute.untilMicros(),
                mute.by(),
                mute.reason());
        book.mute(taken, now);
        muted.accept(taken);
        return taken;
    }

    @Override
    public List<Mute> mutes() {
        return book.mutes(nowMicros.getAsLong());
    }

    @Override
    public Health health() {
        return health.get();
    }

    @Override
    public GpuPage gpus() {
        return GpuRows.page(gpus.get(), jobs);
    }

    @Override
    public List<Channel> channels() {
        return channels.get();
    }

    @Override
    public AutoCloseable subscribe(Consumer<Event> subscriber) {
        return watchers.add(subscriber);
    }

    @Override
    public List<AlertEvent> eventsAfter(long micros, int limit) {
        return store.eventsAfter(micros, limit);
    }
}
