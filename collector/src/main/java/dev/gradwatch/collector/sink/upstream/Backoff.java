package dev.gradwatch.collector.sink.upstream;

import java.util.function.DoubleSupplier;

/** How long to wait before the next attempt: full jitter, so that a thousand ranks do not come back to a new collector in the same moment. */
final class Backoff {
    private static final long FIRST_MILLIS = 50;
    private static final long LAST_MILLIS = 5_000;
    private static final long LEAST_MILLIS = 10;

    private final DoubleSupplier fraction;
    private long mostMillis = FIRST_MILLIS;

    /** @param fraction random, 0 to 1 */
    Backoff(DoubleSupplier fraction) {
        this.fraction = fraction;
    }

    long nextMillis() {
        long millis = (long) (mostMillis * fraction.getAsDouble());
        mostMillis = Math.min(LAST_MILLIS, 2 * mostMillis);
        return Math.max(LEAST_MILLIS, millis);
    }

    void reset() {
        mostMillis = FIRST_MILLIS;
    }
}
