package dev.gradwatch.collector.cli.sidecar;

import dev.gradwatch.collector.alert.AlertBook;
import dev.gradwatch.collector.model.Alert;
import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.model.AlertState;
import dev.gradwatch.collector.model.FlagCost;
import dev.gradwatch.collector.model.GpuReading;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.JobSummary;
import dev.gradwatch.collector.pipeline.Examiner;
import dev.gradwatch.collector.pipeline.Jobs;
import dev.gradwatch.collector.pipeline.Recollection;
import dev.gradwatch.collector.sink.http.Directory;
import dev.gradwatch.collector.sink.http.Directory.Event;
import dev.gradwatch.collector.sink.http.Directory.Health;
import dev.gradwatch.collector.sink.store.Store;
import dev.gradwatch.collector.sink.store.Store.JobPage;
import dev.gradwatch.collector.sink.store.Store.JobQuery;
import dev.gradwatch.collector.sink.store.Store.Retention;
import dev.gradwatch.collector.sink.store.StoreException;
import dev.gradwatch.collector.sink.store.StoreWriter;
import dev.gradwatch.collector.sink.store.Stores;
import dev.gradwatch.collector.sink.store.Unwritten;
import dev.gradwatch.collector.sink.store.WriterState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What makes a collector stay: it opens the store, remembers what was in it, and from {@link #watch} on keeps what happens, opens and resolves
 * alerts, and answers as a {@link Directory}. Thread-safe. Whoever opens one closes it.
 */
public final class Station implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(Station.class);

    private static final String SQLITE = "jdbc:sqlite:";
    private static final long TICK_MILLIS = 500;
    private static final long MAINTAIN_MINUTES = 10;
    private static final Duration FLUSH = Duration.ofSeconds(2);
    private static final long NANOS = 1_000_000_000L;

    private final Store store;
    private final @Nullable StoreLock lock;
    private final Retention retention;
    private final String version;
    private final LongSupplier nowMicros;
    private final StoredJobs storedJobs;
    private final Catalogue catalogue = new Catalogue();
    private final SeriesBook series = new SeriesBook();
    private final Watchers watchers = new Watchers();
    private final LastRuns lastRuns;
    private final FlagCosts flagCosts;
    private final AlertBook book;
    private final Channels channels;
    private final long startNanos = System.nanoTime();
    private final ScheduledExecutorService ticker = Executors.newScheduledThreadPool(2, Station::daemon);
    private volatile Supplier<GpuReading> gpus = () -> GpuRows.NOT_READ;
    private volatile @Nullable Integer reporterPort;
    private volatile @Nullable Watching watching;
    private volatile boolean closing;

    /** What is to be run once all is written, of before {@link #watch}. Guarded by itself. */
    private final List<Runnable> early = new ArrayList<>();

    /** What begins with {@link #watch}. */
    private record Watching(Jobs jobs, JobKeeper keeper, Examiner examiner, StoreWriter writer) {}

    private Station(
            Store store, @Nullable StoreLock lock, Retention retention, String version, LongSupplier nowMicros) {
        this.store = store;
        this.lock = lock;
        this.retention = retention;
        this.version = version;
        this.nowMicros = nowMicros;
        this.storedJobs = new StoredJobs(store);
        StoreRest rest = new StoreRest();
        this.lastRuns = new LastRuns(store, rest);
        this.flagCosts = new FlagCosts(store, storedJobs, rest);
        this.book = new AlertBook(this::happened);
        this.channels = new Channels(new StoredOutbox(store, this::unwritten, lastMicros(store)), nowMicros);
    }

    /** When an alert last changed. */
    private static long lastMicros(Store store) {
        return store.alerts(EnumSet.allOf(AlertState.class), null, 1).stream()
                .mapToLong(Alert::updatedMicros)
                .max()
                .orElse(0);
    }

    /**
     * Opens the store and reads the lines of its jobs and the alerts that are not resolved.
     *
     * @param url as {@link Stores#open} takes it
     * @param version of the collector, as its health tells it
     * @throws IOException in one line, where it cannot be opened, or another collector has it
     */
    public static Station open(String url, Retention retention, String version, LongSupplier nowMicros)
            throws IOException {
        return open(url, retention, version, nowMicros, station -> {});
    }

    /**
     * As {@link #open}, for a process that has one job and ends with it: the store is tidied at once, and of an earlier job of the same id no more
     * is remembered than what it found.
     *
     * @param ours whether only such processes write there, one after the other, so that what is unfinished was left behind
     */
    public static Station openForRun(
            String url, Retention retention, String version, LongSupplier nowMicros, String job, boolean ours)
            throws IOException {
        return open(url, retention, version, nowMicros, station -> station.makeReadyFor(job, ours));
    }

    private static Station open(
            String url, Retention retention, String version, LongSupplier nowMicros, Consumer<Station> first)
            throws IOException {
        StoreLock lock = url.startsWith(SQLITE)
                ? StoreLock.take(Path.of(url.substring(SQLITE.length())).toAbsolutePath())
                : null;
        Store store = null;
        try {
            store = Stores.open(url);
            Station station = new Station(store, lock, retention, version, nowMicros);
            first.accept(station);
            station.remember();
            return station;
        } catch (StoreException e) {
            if (store != null) {
                store.close();
            }
            if (lock != null) {
                lock.close();
            }
            throw new IOException(e.getMessage(), e);
        }
    }

    private void makeReadyFor(String job, boolean ours) {
        if (ours) {
            new LeftBehind(store, storedJobs).end();
        }
        store.maintain(nowMicros.getAsLong(), retention);
        Optional<JobSummary> before = store.job(job);
        if (before.isPresent()) {
            lastRuns.precedesItself(before.get());
            store.remove(job);
        }
    }

    private void remember() {
        JobPage page;
        int offset = 0;
        do {
            page = store.jobs(new JobQuery("", null, offset, 1_000));
            page.jobs().forEach(catalogue::put);
            offset += page.jobs().size();
        } while (!page.jobs().isEmpty() && offset < Catalogue.MAX_JOBS);
        book.restore(
                store.alerts(EnumSet.complementOf(EnumSet.of(AlertState.RESOLVED)), null, AlertBook.MAX_ALERTS),
                store.mutes(nowMicros.getAsLong()),
                lastMicros(store));
    }

    /** What the store knows of jobs, for {@link Jobs}. */
    public Recollection recollection() {
        return storedJobs;
    }

    /**
     * Begins to keep what happens in these jobs, and brings back those that had not ended.
     *
     * @param reporters how many are connected
     */
    public synchronized Directory watch(Jobs jobs, IntSupplier reporters) {
        Watching begun = begin(jobs);
        ticker.execute(() -> guarded(() -> recall(jobs)));
        begun.examiner().start();
        every(TICK_MILLIS, TimeUnit.MILLISECONDS, this::tick);
        every(MAINTAIN_MINUTES, TimeUnit.MINUTES, this::maintain);
        return directory(begun, reporters);
    }

    /** As {@link #watch}, for jobs whose facts and whose time come from a recording: they are looked at by {@link #look} alone. */
    public synchronized Directory watchRecorded(Jobs jobs) {
        return directory(begin(jobs), () -> 0);
    }

    /** Looks now at every job that changed, so that what the directory and the alerts say is as new as what was observed. */
    public void look() {
        Watching now = watching;
        if (now != null) {
            now.examiner().look();
            tick();
        }
    }

    private Watching begin(Jobs jobs) {
        JobKeeper keeper = new JobKeeper(jobs, book, catalogue, lastRuns, flagCosts, series, watchers, nowMicros);
        StoreWriter writer = new StoreWriter(store, most -> keeper.drain(most, closing), this::told);
        Examiner examiner = new Examiner(jobs, keeper);
        Watching begun = new Watching(jobs, keeper, examiner, writer);
        writer.start();
        synchronized (early) {
            watching = begun;
            early.forEach(writer::whenWritten);
            early.clear();
        }
        return begun;
    }

    private Directory directory(Watching begun, IntSupplier reporters) {
        return new LiveDirectory(
                new LiveDirectory.Parts(
                        begun.jobs(),
                        store,
                        storedJobs,
                        book,
                        catalogue,
                        lastRuns,
                        flagCosts,
                        series,
                        watchers,
                        nowMicros,
                        this::gpus,
                        channels::list),
                begun.writer()::mute,
                () -> health(reporters.getAsInt()));
    }

    /** Where alerts are sent; none until they are configured. */
    public Channels channels() {
        return channels;
    }

    /** Has the directory show the last reading of this machine's GPUs, its processes with their ranks and jobs; the supplier must not block. */
    public void gpus(Supplier<GpuReading> latest) {
        gpus = latest;
    }

    /** Has the directory say where reporters connect. */
    public void reporterPort(int port) {
        reporterPort = port;
    }

    /** This machine's GPUs when they were last read. */
    public GpuReading gpus() {
        return gpus.get();
    }

    /** What {@code find_unused_parameters} costs a job; empty where no earlier run tells. May block on the store. */
    public Optional<FlagCost> flagCost(JobReport report) {
        return Optional.ofNullable(flagCosts.of(report));
    }

    private void every(long period, TimeUnit unit, Runnable task) {
        ScheduledFuture<?> unused = ticker.scheduleWithFixedDelay(() -> guarded(task), period, period, unit);
    }

    /** An executor drops a task that throws. */
    private static void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            logger.warn("what the collector does beside its jobs failed: {}", e.toString());
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "gradwatch-station");
        thread.setDaemon(true);
        return thread;
    }

    private void recall(Jobs jobs) {
        for (String job : store.unfinished()) {
            try {
                // Resolved ones too: what comes back is the alert that was there.
                book.restore(store.alerts(EnumSet.of(AlertState.RESOLVED), job, AlertBook.MAX_ALERTS), List.of(), 0);
                jobs.recall(job, nowMicros.getAsLong());
            } catch (StoreException | IllegalArgumentException e) {
                logger.warn("job {} is not brought back: {}", job, e.getMessage());
            }
        }
    }

    private void happened(AlertEvent event) {
        Watching now = watching;
        if (now != null) {
            now.writer().alert(event);
        }
    }

    private void told(AlertEvent event) {
        watchers.accept(new Event.OfAlert(event));
        channels.wake();
    }

    private Unwritten unwritten() {
        Watching now = watching;
        return now == null ? Unwritten.NONE : now.writer().unwritten();
    }

    private void tick() {
        book.tick(nowMicros.getAsLong());
        Watching now = watching;
        if (now != null) {
            Set<String> kept = new HashSet<>(now.jobs().ids());
            now.keeper().forget(kept);
            for (String job : book.jobs()) {
                if (!kept.contains(job)) {
                    book.forget(job);
                }
            }
            lastRuns.keep(kept);
            flagCosts.keep(kept);
        }
        channels.flush();
    }

    private void maintain() {
        Store.Removed removed = store.maintain(nowMicros.getAsLong(), retention);
        if (removed.jobs() > 0) {
            logger.info("removed {} jobs that ended long ago from the store", removed.jobs());
            catalogue.keep(id -> store.job(id).isPresent());
        }
    }

    /** Runs a task once all that was observed up to now is written, or the store turned out to be away. Does not block. */
    public void whenWritten(Runnable task) {
        Watching now = watching;
        if (now == null) {
            synchronized (early) {
                now = watching;
                if (now == null) {
                    // Reporters may come before anything is written; none of them is told that its words are safe.
                    early.add(task);
                    return;
                }
            }
        }
        now.writer().whenWritten(task);
    }

    /** Blocks until all that was observed up to now is written; false where the store does not take it in two seconds. */
    public boolean flush() {
        Watching now = watching;
        return now == null || now.writer().flush(FLUSH);
    }

    private Health health(int reporters) {
        Watching now = watching;
        WriterState state = now == null
                ? new WriterState(true, "", 0, 0, 0, 0)
                : now.writer().state();
        return new Health(
                version,
                (System.nanoTime() - startNanos) / NANOS,
                catalogue.running(),
                reporters,
                new Health.StoreState(store.kind(), state.available(), state.reason(), bytes()),
                state.pending() + (now == null ? 0 : now.keeper().waiting()),
                state.lost() + (now == null ? 0 : now.keeper().lostPoints()) + book.dropped(),
                reporterPort);
    }

    private long bytes() {
        try {
            return store.bytes();
        } catch (StoreException e) {
            return -1;
        }
    }

    /** Looks at every job a last time and writes all that is known, as far as the store takes it within some seconds. */
    @Override
    public synchronized void close() {
        Watching now = watching;
        ticker.shutdownNow();
        if (closing) {
            return;
        }
        if (now != null) {
            try {
                now.examiner().finish();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        closing = true;
        if (now != null) {
            now.writer().close();
        }
        channels.close();
        store.close();
        try {
            if (lock != null) {
                lock.close();
            }
        } catch (IOException e) {
            logger.debug("the store's lock was lost: {}", e.toString());
        }
    }
}
