package dev.gradwatch.collector.sink.webhook;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A channel's own thread, so that a slow server delays no other channel, and no analysis. */
final class ChannelWorker {
    private static final Logger log = LoggerFactory.getLogger(ChannelWorker.class);
    private static final long STORE_RETRY_MICROS = 5_000_000;

    private final Webhook webhook;
    private final Supplier<Delivery> beginning;
    private final LongSupplier clock;
    private final Thread thread;
    private final Lock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean woken;
    private boolean closed;
    private volatile @Nullable Delivery delivery;

    /** @param beginning reads the outbox, so that it is called on the thread */
    ChannelWorker(Webhook webhook, Supplier<Delivery> beginning, LongSupplier clock) {
        this.webhook = webhook;
        this.beginning = beginning;
        this.clock = clock;
        this.thread = new Thread(this::run, "gradwatch-chat-" + webhook.name());
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    Webhook webhook() {
        return webhook;
    }

    ChannelState state() {
        Delivery begun = delivery;
        return begun != null
                ? begun.state()
                : new ChannelState(
                        webhook.name(), webhook.kind(), webhook.masked(), 0, 0, "", 0, 0, null, "not started yet");
    }

    void wake() {
        lock.lock();
        try {
            woken = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Tells the thread to end, and does not wait. */
    void stop() {
        lock.lock();
        try {
            closed = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    void join(long millis) throws InterruptedException {
        thread.join(millis);
    }

    void interrupt() {
        thread.interrupt();
    }

    private void run() {
        try {
            while (await(turn())) {
                // Each turn says when the next one is.
            }
        } catch (InterruptedException e) {
            log.debug("interrupted: {}", webhook);
        }
    }

    private long turn() throws InterruptedException {
        try {
            Delivery begun = delivery;
            if (begun == null) {
                begun = beginning.get();
                delivery = begun;
            }
            return begun.turn();
        } catch (RuntimeException e) {
            log.warn("{}: {} (tried again in 5 s)", webhook, e.toString());
            return clock.getAsLong() + STORE_RETRY_MICROS;
        }
    }

    /** @return whether to go on */
    private boolean await(long untilMicros) throws InterruptedException {
        lock.lock();
        try {
            while (!closed && !woken) {
                long left = untilMicros - clock.getAsLong();
                if (untilMicros == Delivery.IDLE) {
                    changed.await();
                } else if (left <= 0 || !changed.await(left, TimeUnit.MICROSECONDS)) {
                    break;
                }
            }
            woken = false;
            return !closed;
        } finally {
            lock.unlock();
        }
    }
}
