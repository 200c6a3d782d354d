package dev.gradwatch.collector.source.log.follow;

import java.time.Duration;
import java.time.Instant;

/** Time that passes when a test says so. */
final class FakeTime {
    private volatile long nanos;

    void pass(Duration duration) {
        nanos += duration.toNanos();
    }

    long nanos() {
        return nanos;
    }

    Instant instant() {
        return Instant.ofEpochSecond(1_795_337_991).plusNanos(nanos);
    }
}
