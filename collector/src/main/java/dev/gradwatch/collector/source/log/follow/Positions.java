package dev.gradwatch.collector.source.log.follow;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** How far files were read by an earlier follower, and by this one for a later. On the follower's thread. */
final class Positions {
    /** What a follower that is killed tells again is at most what came in this time. */
    private static final long SAVE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** How long a file is remembered that is not there: longer than a file system stays away. */
    static final Duration KEPT = Duration.ofDays(7);

    private final @Nullable PositionsFile file;
    private final InstantSource clock;
    private final int maxAbsent;
    private final Runnable beforeKept;
    private final Map<String, KeptFile> byKey = new HashMap<>();
    private final Map<String, KeptFile> byPath = new HashMap<>();
    private boolean changed;
    private long savedNanos;

    /**
     * @param file null where nothing is kept
     * @param maxAbsent files remembered that are not there
     * @param beforeKept runs between the look at how far files were read and the writing of it
     */
    Positions(@Nullable Path file, InstantSource clock, int maxAbsent, Runnable beforeKept) {
        this.file = file == null ? null : new PositionsFile(file);
        this.clock = clock;
        this.maxAbsent = maxAbsent;
        this.beforeKept = beforeKept;
    }

    void start(long nowNanos) {
        savedNanos = nowNanos;
        if (file != null) {
            for (KeptFile kept : file.read()) {
                byKey.put(kept.key(), kept);
                byPath.put(kept.path(), kept);
            }
        }
    }

    /** What was kept of a file that is there, once. */
    @Nullable
    KeptFile claim(Object identity) {
        KeptFile kept = byKey.remove(identity.toString());
        if (kept != null) {
            byPath.remove(kept.path(), kept);
        }
        return kept;
    }

    /** What was kept of the file that lay there when an earlier follower closed, once. */
    @Nullable
    KeptFile formerlyAt(Path path) {
        return byPath.remove(path.toString());
    }

    boolean is(Path path) {
        return file != null && file.is(path);
    }

    /** Something is not as it was saved. */
    void changed() {
        changed = true;
    }

    void saveIfDue(long nowNanos, Collection<FollowedFile> files) {
        if (changed && nowNanos - savedNanos >= SAVE_NANOS) {
            savedNanos = nowNanos;
            save(files);
        }
    }

    void save(Collection<FollowedFile> files) {
        changed = false;
        if (file == null) {
            return;
        }
        long now = clock.instant().getEpochSecond();
        List<KeptFile> kept = new ArrayList<>(files.size());
        for (FollowedFile followed : files) {
            if (followed.isBegun()) {
                kept.add(KeptFile.of(followed, now));
            }
        }
        addAbsent(kept, now);
        beforeKept.run();
        file.write(kept);
    }

    private void addAbsent(List<KeptFile> kept, long now) {
        byKey.values().removeIf(absent -> now - absent.seen() > KEPT.toSeconds());
        Iterator<KeptFile> absent = byKey.values().iterator();
        for (int i = 0; i < maxAbsent && absent.hasNext(); i++) {
            kept.add(absent.next());
        }
    }

    /** Nanoseconds until there is something to save. */
    long nextNanos(long nowNanos) {
        return changed && file != null ? Math.max(0, savedNanos + SAVE_NANOS - nowNanos) : Long.MAX_VALUE;
    }
}
