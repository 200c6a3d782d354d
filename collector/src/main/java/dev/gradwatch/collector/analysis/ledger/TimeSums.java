package dev.gradwatch.collector.analysis.ledger;

import dev.gradwatch.collector.model.LedgerSnapshot.StepTimes;

/** How long the steps took. Summed in place, since a record for each step would be most of what a step leaves to the garbage collector. */
final class TimeSums {
    private long count;
    private long sumNanos;
    private long minNanos;
    private long maxNanos;

    void set(StepTimes times) {
        count = times.count();
        sumNanos = times.sumNanos();
        minNanos = times.minNanos();
        maxNanos = times.maxNanos();
    }

    void add(long nanos) {
        minNanos = count == 0 ? nanos : Math.min(minNanos, nanos);
        maxNanos = Math.max(maxNanos, nanos);
        sumNanos += nanos;
        count++;
    }

    StepTimes snapshot() {
        return new StepTimes(count, sumNanos, minNanos, maxNanos);
    }
}
