package dev.gradwatch.collector.source.log.follow;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** When folders are walked: all of them from time to time, single ones when something changed there. On the follower's thread. */
final class WalkSchedule implements FolderWatches.Changes {
    /** Between walks of all folders, which find what no event told of. */
    private static final long FULL_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** A tree of a million files is walked less often: walks take a tenth of the time at most. */
    private static final int REST_FACTOR = 10;

    /** Files that come by the thousand tell so more often than it helps to look. */
    private static final long HURRIED_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** What a walk may take before reading goes on. */
    private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final FolderWalk walk;
    private final Agenda agenda;
    private final LongSupplier nanoTime;
    private final Set<Path> overflowed = new LinkedHashSet<>();
    private boolean full;
    private long fullDue;
    private long hurriedDue;
    private long walkedNanos;

    WalkSchedule(FolderWalk walk, Agenda agenda, LongSupplier nanoTime) {
        this.walk = walk;
        this.agenda = agenda;
        this.nanoTime = nanoTime;
    }

    void start(long nowNanos) {
        fullDue = nowNanos;
        hurriedDue = nowNanos;
    }

    /** All folders are walked anew from now on. */
    void begin() {
        full = true;
        walkedNanos = 0;
        walk.begin();
    }

    @Override
    public void changed(Path folder, Path name) {
        walk.touched(folder, name);
    }

    @Override
    public void overflowed(Path folder) {
        overflowed.add(folder);
    }

    /** What led there is to be watched, in case that the folder comes back. */
    @Override
    public void gone(Path folder) {
        long now = nanoTime.getAsLong();
        long soon = now + Math.max(0, hurriedDue - now);
        if (fullDue - soon > 0) {
            fullDue = soon;
        }
    }

    /** Walks what is due, for a while. */
    void advance() {
        lookAgain();
        long start = nanoTime.getAsLong();
        if (!full && fullDue - start <= 0) {
            begin();
        }
        if (!overflowed.isEmpty() && hurriedDue - start <= 0) {
            hurriedDue = start + HURRIED_NANOS;
            overflowed.forEach(walk::touched);
            overflowed.clear();
        }
        if (walk.isDone()) {
            return;
        }
        walk.advance(nanoTime, SLICE_NANOS);
        long now = nanoTime.getAsLong();
        walkedNanos += now - start;
        if (full && walk.isDone()) {
            full = false;
            hurriedDue = now + HURRIED_NANOS;
            fullDue = now + Math.max(FULL_NANOS, REST_FACTOR * walkedNanos);
        }
    }

    private void lookAgain() {
        for (Path name = agenda.nextName(); name != null; name = agenda.nextName()) {
            Path folder = name.getParent();
            Path last = name.getFileName();
            if (folder != null && last != null) {
                walk.touched(folder, last);
            }
        }
    }

    /** Whether nothing is left to be walked of what was to be walked. */
    boolean isDone() {
        return walk.isDone();
    }

    /** Nanoseconds until something is due. */
    long nextNanos(long nowNanos) {
        if (!walk.isDone()) {
            return 0;
        }
        long next = Math.max(0, fullDue - nowNanos);
        return overflowed.isEmpty() ? next : Math.min(next, Math.max(0, hurriedDue - nowNanos));
    }
}
