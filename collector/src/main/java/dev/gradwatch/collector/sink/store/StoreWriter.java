package dev.gradwatch.collector.sink.store;

import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.model.Mute;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what happens into a store, off the threads where it happens. One daemon thread writes, ten times a second where there is something; while the
 * store is away it tries again, after half a second, then after twice as long each time up to ten seconds.
 *
 * <p>Thread-safe. {@link #alert} and {@link #mute} never block; at most {@link #MAX_EVENTS} events wait, and past that updates of alerts go first, then
 * the oldest, all counted. The store is whoever's opened it.
 */
public final class StoreWriter implements AutoCloseable {
    /** Alert events that are kept in memory while the store is away. */
    public static final int MAX_EVENTS = 100_000;

    private static final int MAX_MUTES = 10_000;
    private static final Duration FLUSH = Duration.ofMillis(100);
    private static final Duration CLOSE = Duration.ofSeconds(5);
    private static final Duration END = Duration.ofSeconds(1);
    private static final long MAX_FLUSH_NANOS = Duration.ofHours(1).toNanos();

    private static final Logger log = LoggerFactory.getLogger(StoreWriter.class);

    private final PendingAlerts alerts = new PendingAlerts(MAX_EVENTS, MAX_MUTES);
    private final WriteCycle cycle;
    private final Duration closeWithin;
    private final Thread thread;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** Flushes are numbered: the latest that was asked for, that the thread has seen, that is done. */
    private long asked;

    private long seen;
    private long done;
    /** An alert came; it waits for no pause, but for a store that is away as long as all else. */
    private boolean urgent;

    /** Who waits for what is pending now. */
    private List<Runnable> waiting = new ArrayList<>();

    private boolean closing;
    private boolean ended;

    StoreWriter(Store store, PendingSource source) {
        this(store, source, event -> {}, CLOSE);
    }

    StoreWriter(Store store, PendingSource source, Duration closeWithin) {
        this(store, source, event -> {}, closeWithin);
    }

    /** @param told is told each alert event when it is written, or could not be, on the writer's thread and in order */
    public StoreWriter(Store store, PendingSource source, Consumer<AlertEvent> told) {
        this(store, source, told, CLOSE);
    }

    /** @param closeWithin how long {@link #close} may take to write what is pending */
    StoreWriter(Store store, PendingSource source, Consumer<AlertEvent> told, Duration closeWithin) {
        this.cycle = new WriteCycle(store, source, alerts, told);
        this.closeWithin = closeWithin;
        this.thread = new Thread(this::run, "gradwatch-store");
        thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    /** Written at once, since somebody waits to hear of it. */
    public void alert(AlertEvent event) {
        alerts.add(event);
        lock.lock();
        try {
            urgent = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Runs a task on the writer's thread once all that was pending when it came is written, or the store turned out to be away. */
    public void whenWritten(Runnable task) {
        lock.lock();
        try {
            if (!ended) {
                waiting.add(task);
                urgent = true;
                changed.signalAll();
                return;
            }
        } finally {
            lock.unlock();
        }
        task.run();
    }

    /** Written with the next batch. */
    public void mute(Mute mute) {
        alerts.add(mute);
    }

    public WriterState state() {
        return cycle.state();
    }

    /** What waits for a store that failed to take it; empty while it takes what comes. */
    public Unwritten unwritten() {
        return cycle.unwritten();
    }

    /**
     * Blocks until all that was pending when it was called is written; a store that is away is asked at once.
     *
     * @return false where the time was over before
     */
    public boolean flush(Duration within) {
        long left = Math.min(MAX_FLUSH_NANOS, within.toNanos());
        lock.lock();
        try {
            long mine = ++asked;
            changed.signalAll();
            while (done < mine && !ended && left > 0) {
                left = changed.awaitNanos(left);
            }
            return done >= mine;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Writes what is pending, as far as the time goes, and ends the thread. What comes later is not written. */
    @Override
    public void close() {
        if (thread.isAlive()) {
            flush(closeWithin);
        }
        lock.lock();
        try {
            closing = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            // So that the store may be closed next; a write that hangs is not waited for.
            thread.join(END.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            long due = System.nanoTime();
            boolean away = false;
            for (long flush = await(due, away); flush >= 0; flush = await(due, away)) {
                List<Runnable> its = takeWaiting();
                WriteCycle.Outcome outcome = cycle.turn();
                away = outcome == WriteCycle.Outcome.FAILED;
                long wait = away ? cycle.nextWaitNanos() : FLUSH.toNanos();
                // Whoever flushes waits for no pause; else there is one, for a source that has always more must not
                // take a processor of the job's.
                boolean atOnce = outcome == WriteCycle.Outcome.MORE && flush > done;
                due = System.nanoTime() + (atOnce ? 0 : wait);
                if (outcome == WriteCycle.Outcome.DONE) {
                    finish(flush);
                }
                if (outcome == WriteCycle.Outcome.MORE) {
                    waitOn(its);
                } else {
                    its.forEach(this::run);
                }
            }
        } catch (InterruptedException e) {
            log.debug("Interrupted", e);
        } finally {
            end();
        }
    }

    /** Waits until a turn is due or somebody flushes; the latest flush that was asked for by then, or -1 at the end. */
    private long await(long due, boolean away) throws InterruptedException {
        lock.lock();
        try {
            long left = due - System.nanoTime();
            while (!closing && asked == seen && left > 0 && !(urgent && !away)) {
                left = changed.awaitNanos(left);
            }
            urgent = false;
            seen = asked;
            return closing ? -1 : seen;
        } finally {
            lock.unlock();
        }
    }

    private List<Runnable> takeWaiting() {
        lock.lock();
        try {
            List<Runnable> taken = waiting;
            waiting = new ArrayList<>();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    private void waitOn(List<Runnable> tasks) {
        lock.lock();
        try {
            waiting.addAll(0, tasks);
            urgent |= !tasks.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            log.warn("Somebody who waited for the store failed: {}", e.toString(), e);
        }
    }

    private void finish(long flush) {
        lock.lock();
        try {
            done = flush;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        takeWaiting().forEach(this::run);
    }
}
