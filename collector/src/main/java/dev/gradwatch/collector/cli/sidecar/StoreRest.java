package dev.gradwatch.collector.cli.sidecar;

import java.util.concurrent.TimeUnit;

/** A store that is away is not asked for each job: whoever asks waits for it to fail. Thread-safe. */
final class StoreRest {
    private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(30);

    private volatile long untilNanos = System.nanoTime();

    /** Whether it failed a short while ago. */
    boolean isOn() {
        return System.nanoTime() - untilNanos < 0;
    }

    /** It failed. */
    void begin() {
        untilNanos = System.nanoTime() + REST_NANOS;
    }
}
