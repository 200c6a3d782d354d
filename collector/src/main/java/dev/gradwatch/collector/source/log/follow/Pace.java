package dev.gradwatch.collector.source.log.follow;

import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;

/** How often a file is looked at: at once again after it grew, less and less often while it does not. On the follower's thread. */
final class Pace {
    /** For a file that grew lately. */
    static final long FASTEST_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /** For a quiet file; and for one that cannot be read. */
    static final long SLOWEST_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Longer than a program takes between two halves of a line. */
    static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private long size = -1;
    private long modifiedNanos;
    private long waitNanos = FASTEST_NANOS;
    private long grewNanos;
    private boolean silenceAwaited;

    Pace(long nowNanos) {
        grewNanos = nowNanos;
    }

    /** Whether the file is not as it was when this was last asked; the time tells of bytes that were exchanged for as many others. */
    boolean changed(BasicFileAttributes attributes) {
        long modified = attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS);
        boolean changed = attributes.size() != size || modified != modifiedNanos;
        size = attributes.size();
        modifiedNanos = modified;
        return changed;
    }

    /** Bytes, when {@link #changed} was last asked. */
    long size() {
        return size;
    }

    /** Bytes of it were handed over. */
    void grew(long nowNanos) {
        grewNanos = nowNanos;
        waitNanos = FASTEST_NANOS;
        silenceAwaited = true;
    }

    /** Its text ended; how long it is quiet counts from here. */
    void ended(long nowNanos) {
        grewNanos = nowNanos;
        silenceAwaited = false;
    }

    /** True once each time that it has been silent for long enough. */
    boolean fellSilent(long nowNanos) {
        boolean fell = silenceAwaited && quietNanos(nowNanos) >= SILENCE_NANOS;
        silenceAwaited &= !fell;
        return fell;
    }

    long quietNanos(long nowNanos) {
        return nowNanos - grewNanos;
    }

    /** When to look again, after a look or a read. */
    long nextNanos(long nowNanos) {
        long wait = waitNanos;
        waitNanos = Math.min(2 * waitNanos, SLOWEST_NANOS);
        if (silenceAwaited) {
            wait = Math.min(wait, Math.max(0, SILENCE_NANOS - quietNanos(nowNanos)));
        }
        return nowNanos + wait;
    }
}
