package dev.gradwatch.collector.source.log.follow;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done: files to be read, which take turns, files to be looked at when their time comes, and names. A file is to be read or to be looked
 * at, never both. On the follower's thread.
 */
final class Agenda {
    private final Deque<FollowedFile> ring = new ArrayDeque<>();
    private final Set<FollowedFile> inRing = new HashSet<>();
    private final TreeSet<Look> looks = new TreeSet<>();
    private final Map<FollowedFile, Look> lookOf = new HashMap<>();
    private final Deque<Path> names = new ArrayDeque<>();
    private long serial;

    /** There may be something to read in it; its turn comes after that of all others. */
    void read(FollowedFile file) {
        if (inRing.add(file)) {
            dropLook(file);
            ring.add(file);
        }
    }

    /** It is to be looked at then, unless it is read before. */
    void look(FollowedFile file, long nanos) {
        if (!inRing.contains(file)) {
            dropLook(file);
            Look look = new Look(file, nanos, serial++);
            lookOf.put(file, look);
            looks.add(look);
        }
    }

    void forget(FollowedFile file) {
        dropLook(file);
        if (inRing.remove(file)) {
            ring.remove(file);
        }
    }

    private void dropLook(FollowedFile file) {
        Look look = lookOf.remove(file);
        if (look != null) {
            looks.remove(look);
        }
    }

    boolean isReading(FollowedFile file) {
        return inRing.contains(file);
    }

    Iterable<FollowedFile> reading() {
        return ring;
    }

    int readingCount() {
        return ring.size();
    }

    /** The file whose turn it is; null where there is nothing to read. */
    @Nullable
    FollowedFile nextToRead() {
        FollowedFile file = ring.poll();
        if (file != null) {
            inRing.remove(file);
        }
        return file;
    }

    /** A file whose time has come; null where there is none. */
    @Nullable
    FollowedFile nextToLookAt(long nowNanos) {
        if (looks.isEmpty() || looks.first().nanos - nowNanos > 0) {
            return null;
        }
        FollowedFile file = looks.first().file;
        dropLook(file);
        return file;
    }

    /** Somebody else may lie under this name now. */
    void lookAgain(Path name) {
        names.add(name);
    }

    boolean hasNames() {
        return !names.isEmpty();
    }

    /** A name under which somebody else may lie; null where there is none. */
    @Nullable
    Path nextName() {
        return names.poll();
    }

    /** Nanoseconds until there is something to do; 0 where there is now. */
    long nextNanos(long nowNanos) {
        if (!ring.isEmpty() || !names.isEmpty()) {
            return 0;
        }
        return looks.isEmpty() ? Long.MAX_VALUE : Math.max(0, looks.first().nanos - nowNanos);
    }

    private record Look(FollowedFile file, long nanos, long serial) implements Comparable<Look> {
        @Override
        public int compareTo(Look other) {
            // As a difference, since times of the machine may wrap around.
            int byTime = Long.signum(nanos - other.nanos);
            return byTime != 0 ? byTime : Long.compare(serial, other.serial);
        }
    }
}
