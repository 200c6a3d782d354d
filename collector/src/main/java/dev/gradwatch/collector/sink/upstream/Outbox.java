package dev.gradwatch.collector.sink.upstream;

import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.Observation.GpuSampled;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be said on one connection. Where one more finds no room, it and all that follow are left out, until {@link #keep} begins anew
 * with a picture of everything. Thread-safe, never blocks.
 *
 * <p>Of GPU samples the latest alone is kept, and said when nothing else waits: it takes no room from what cannot be said again, and needs no picture, since
 * the next one comes soon.
 */
final class Outbox {
    /** Observations that wait at most. */
    static final int MAX_WAITING = 1024;

    /** Estimated bytes of them. */
    static final long MAX_WAITING_BYTES = 1 << 20;

    private final QueueBudget budget;
    private final Queue<Observation> waiting = new ArrayDeque<>();
    /** Outside the budget: the job's state holds the same one. */
    private @Nullable GpuSampled sample;

    private long bytes;
    private boolean behind;
    private boolean closed;

    Outbox(QueueBudget budget) {
        this.budget = budget;
    }

    /** False where it is closed for good. */
    synchronized boolean offer(Observation observation) {
        if (closed) {
            return false;
        }
        if (observation instanceof GpuSampled latest) {
            sample = latest;
            return true;
        }
        if (behind) {
            return true;
        }
        long size = Sizes.of(observation);
        if (waiting.size() >= MAX_WAITING || bytes + size > MAX_WAITING_BYTES || !budget.take(size)) {
            // One that is larger than the queue may still go alone, such as the manifest of a large model.
            behind = !(waiting.isEmpty() && budget.take(size));
            if (behind) {
                return true;
            }
        }
        bytes += size;
        return waiting.add(observation);
    }

    synchronized @Nullable Observation poll() {
        Observation next = waiting.poll();
        if (next == null) {
            GpuSampled latest = sample;
            sample = null;
            return latest;
        }
        long size = Sizes.of(next);
        bytes -= size;
        budget.giveBack(size);
        return next;
    }

    /** Whether nothing waits, and something was left out. */
    synchronized boolean needsPicture() {
        return behind && waiting.isEmpty();
    }

    synchronized boolean isEmpty() {
        return waiting.isEmpty() && !behind && sample == null;
    }

    /** There is no connection: nothing is kept, and a picture is needed. */
    synchronized void drop() {
        clear();
        behind = true;
    }

    /** From here on all is kept again. A picture that is taken after this call and said first leaves nothing out. */
    synchronized void keep() {
        clear();
        behind = false;
    }

    /** Nothing is taken any more. */
    synchronized void close() {
        clear();
        closed = true;
    }

    private void clear() {
        waiting.clear();
        sample = null;
        budget.giveBack(bytes);
        bytes = 0;
    }
}
