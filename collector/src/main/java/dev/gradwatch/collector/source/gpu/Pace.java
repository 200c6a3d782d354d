package dev.gradwatch.collector.source.gpu;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Turns at a fixed rate: each begins a whole number of intervals after the first one. One thread waits, any may {@link #end}. */
class Pace {
    private final long intervalNanos;
    private long beganNanos;
    private boolean ended;

    /** @throws IllegalArgumentException where it is not positive */
    Pace(Duration interval) {
        if (interval.isNegative() || interval.isZero()) {
            throw new IllegalArgumentException("interval: " + interval + " (expected: more than 0)");
        }
        intervalNanos = interval.toNanos();
    }

    final void begin() {
        beganNanos = nanos();
    }

    /** Blocks until the next turn, or the end. Turns that have passed meanwhile are left out. */
    final void await() {
        long passed = nanos() - beganNanos;
        long wait = intervalNanos - Math.floorMod(passed, intervalNanos);
        try {
            pause(wait);
        } catch (InterruptedException e) {
            // Nobody who means it interrupts this thread; the turn comes early.
            return;
        }
    }

    synchronized void end() {
        ended = true;
        notifyAll();
    }

    long nanos() {
        return System.nanoTime();
    }

    void pause(long nanos) throws InterruptedException {
        long until = System.nanoTime() + nanos;
        synchronized (this) {
            for (long left = nanos; left > 0 && !ended; left = until - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        }
    }
}
