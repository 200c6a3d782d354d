package dev.gradwatch.collector.sink.webhook;

import java.util.function.DoubleSupplier;

/** How long to leave a server alone: twice as long each time, half of it by chance, so that many channels do not come back in the same moment. */
final class Backoff {
    static final long FIRST_MILLIS = 1_000;
    static final long LAST_MILLIS = 300_000;

    private final DoubleSupplier fraction;
    private long nextMillis = FIRST_MILLIS;

    /** @param fraction random, 0 to 1 */
    Backoff(DoubleSupplier fraction) {
        this.fraction = fraction;
    }

    long nextMillis() {
        long millis = nextMillis;
        nextMillis = Math.min(LAST_MILLIS, 2 * nextMillis);
        return millis / 2 + (long) (fraction.getAsDouble() * (millis / 2.0));
    }

    void reset() {
        nextMillis = FIRST_MILLIS;
    }
}
