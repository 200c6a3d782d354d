package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.cli.sidecar.Station;
import dev.gradwatch.collector.cli.sidecar.StoreTaken;
import dev.gradwatch.collector.model.GpuReading;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.pipeline.JobListener;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The board beside a run, in the store that a user's runs share. Database and server take longer to open than most commands to begin, so they are opened once
 * the command runs, and one that ended by then is not held up. Whatever goes wrong is said in one line, and harms nothing.
 *
 * <p>Thread-safe. Whoever makes one closes it.
 */
final class RunBoard implements JobListener, AutoCloseable {
    private static final String FILE = "runs.db";

    /** A command that fails at once, for a typo perhaps, has nothing to be kept or shown. */
    private static final long DELAY_MILLIS = 100;

    private static final long OPEN_SECONDS = 20;

    private final String job;
    private final Sidecar sidecar;
    private final Supplier<GpuReading> gpus;
    private final @Nullable PageOptions page;
    private final StoreOptions store;
    private final Consumer<String> narrator;
    private final ScheduledThreadPoolExecutor opener = new ScheduledThreadPoolExecutor(1, RunBoard::daemon);
    private final CompletableFuture<Optional<Board>> opened = new CompletableFuture<>();
    private @Nullable TemporaryStore temporary;
    private boolean closed;

    /** @param page null where none is to be served */
    RunBoard(
            String job,
            Sidecar sidecar,
            Supplier<GpuReading> gpus,
            @Nullable PageOptions page,
            StoreOptions store,
            Consumer<String> narrator) {
        this.job = job;
        this.sidecar = sidecar;
        this.gpus = gpus;
        this.page = page;
        this.store = store;
        this.narrator = narrator;
        opener.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "gradwatch-board");
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Has it opened once the job begins. Where the user said how it is to be kept or served, it is opened at once.
     *
     * @throws IOException in one line, where it cannot be kept or served as the user said
     */
    void start() throws IOException {
        if (store.isAsked() || (page != null && page.isAsked())) {
            settle(open());
        } else {
            sidecar.jobs().addListener(this);
        }
    }

    @Override
    public void appeared(String appeared) {
        if (appeared.equals(job)) {
            // Nobody waits for it: what it leaves is in a future of its own.
            ScheduledFuture<?> unused = opener.schedule(this::openQuietly, DELAY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void ended(String ended) {
        // Its end is asked for by whoever tells it.
    }

    private void openQuietly() {
        try {
            settle(open());
        } catch (IOException | RuntimeException | LinkageError e) {
            narrator.accept(said(e) + "; this run is neither kept nor shown");
            settle(Optional.empty());
        }
    }

    private synchronized void settle(Optional<Board> board) {
        if (closed) {
            board.ifPresent(Board::close);
        }
        opened.complete(board);
    }

    private Optional<Board> open() throws IOException {
        Station station = station();
        if (station == null) {
            return Optional.empty();
        }
        station.gpus(gpus);
        Board board = Board.beside(sidecar, station);
        try {
            serve(board);
            return Optional.of(board);
        } catch (IOException | RuntimeException e) {
            board.close();
            throw e;
        }
    }

    private @Nullable Station station() throws IOException {
        try {
            return Station.openForRun(
                    store.url(FILE), store.retention(), Version.text(), Sidecar::nowMicros, job, !store.isAsked());
        } catch (IOException | RuntimeException e) {
            // Another run of this user has it: the common case, and no reason to keep this one from running.
            if (store.isAsked() && !(e instanceof StoreTaken)) {
                throw e;
            }
            narrator.accept(said(e) + "; this run is not kept");
        }
        if (page == null) {
            return null;
        }
        temporary = TemporaryStore.make();
        return Station.open(temporary.url(), store.retention(), Version.text(), Sidecar::nowMicros);
    }

    private void serve(Board board) throws IOException {
        if (page == null) {
            return;
        }
        try {
            ServedPage served = board.show(page);
            narrator.accept("the page: " + served.url(job));
            served.tokenLines().forEach(narrator);
        } catch (IOException e) {
            if (page.isAsked()) {
                throw e;
            }
            narrator.accept(said(e) + "; the page is not served");
        }
    }

    private static String said(Throwable e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }

    /**
     * The board, with the job looked at a last time. Empty where there is none, or where the command was over before one was open and left nothing to
     * be kept.
     */
    Optional<Board> ofEnded(JobReport report) throws InterruptedException {
        if (!opened.isDone() && report.ranks().isEmpty() && report.findings().isEmpty()) {
            return Optional.empty();
        }
        try {
            Optional<Board> board = opened.get(OPEN_SECONDS, TimeUnit.SECONDS);
            board.ifPresent(Board::look);
            return board;
        } catch (ExecutionException | TimeoutException e) {
            narrator.accept("store: not open after " + OPEN_SECONDS + " s; this run is not kept");
            return Optional.empty();
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        opener.shutdown();
        Board board = opened.getNow(Optional.empty()).orElse(null);
        if (board != null) {
            board.close();
        }
        if (temporary != null) {
            temporary.close();
        }
    }
}
