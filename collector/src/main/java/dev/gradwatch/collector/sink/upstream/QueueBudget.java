package dev.gradwatch.collector.sink.upstream;

import java.util.concurrent.atomic.AtomicLong;

/** What all queues together may hold. Thread-safe, never blocks. */
final class QueueBudget {
    private final long mostBytes;
    private final AtomicLong held = new AtomicLong();

    QueueBudget(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    boolean take(long bytes) {
        if (held.addAndGet(bytes) <= mostBytes) {
            return true;
        }
        held.addAndGet(-bytes);
        return false;
    }

    void giveBack(long bytes) {
        held.addAndGet(-bytes);
    }

    long heldBytes() {
        return held.get();
    }
}
