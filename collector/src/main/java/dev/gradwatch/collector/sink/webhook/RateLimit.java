package dev.gradwatch.collector.sink.webhook;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Keeps sends within a {@link Rate}: in no window that ends now, or later, are more of them than it takes. Attempts count as sends, since a server
 * counts what it refuses too. Not thread-safe; holds as many times as the largest window takes sends.
 */
final class RateLimit {
    private final Rate rate;
    private final int most;
    private final Deque<Long> sends = new ArrayDeque<>();

    RateLimit(Rate rate) {
        this.rate = rate;
        this.most = rate.windows().stream().mapToInt(Rate.Window::sends).max().orElse(0);
    }

    /** The first moment, not before now, that takes another send. */
    long freeMicros(long nowMicros) {
        long free = nowMicros;
        for (Rate.Window window : rate.windows()) {
            if (sends.size() >= window.sends()) {
                long oldest = nthLast(window.sends());
                free = Math.max(free, oldest + 1_000 * window.millis());
            }
        }
        return free;
    }

    void sent(long nowMicros) {
        if (most > 0) {
            sends.addLast(nowMicros);
            if (sends.size() > most) {
                sends.removeFirst();
            }
        }
    }

    private long nthLast(int n) {
        int skip = sends.size() - n;
        for (long send : sends) {
            if (skip-- == 0) {
                return send;
            }
        }
        throw new IllegalStateException("send: " + n + "th last of " + sends.size());
    }
}
