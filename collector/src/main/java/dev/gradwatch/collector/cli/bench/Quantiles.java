package dev.gradwatch.collector.cli.bench;

import java.util.Arrays;
import java.util.Locale;

/** Times that were taken, to say how they are spread. Thread-safe. */
final class Quantiles {
    private static final double MILLIS = 1e6;

    private long[] nanos = new long[1024];
    private int count;

    synchronized void add(long value) {
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, count * 2);
        }
        nanos[count++] = value;
    }

    synchronized int count() {
        return count;
    }

    /** NaN where nothing was taken. */
    synchronized double millis(double quantile) {
        if (count == 0) {
            return Double.NaN;
        }
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        return sorted[
                        (int) Math.min(
                                count - 1, Math.ceil(quantile * count) - 1 < 0 ? 0 : Math.ceil(quantile * count) - 1)]
                / MILLIS;
    }

    /** Such as {@code p50 1.2 ms, p99 8.0 ms, max 12.1 ms of 400}. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "p50 %.1f ms, p99 %.1f ms, max %.1f ms of %d",
                millis(0.5),
                millis(0.99),
                millis(1),
                count());
    }
}
