package dev.gradwatch.collector.source.log.follow;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * Bounds of a follower and what tests put in the place of the machine.
 *
 * @param maxFiles files known at once; those past it are counted and not followed
 * @param maxHandles files open at once; the least recently read are closed first
 * @param events whether the operating system is asked to tell of changes; else they are looked for
 * @param nanoTime runs forward, from anywhere
 * @param clock the time of day, for positions of files that are long gone
 */
public record FollowOptions(int maxFiles, int maxHandles, boolean events, LongSupplier nanoTime, InstantSource clock) {
    /** A job of 1,024 ranks writes two files a rank and attempt. */
    public static final int MAX_FILES = 20_000;

    /** Far below the 1,024 descriptors that many systems allow a process, since the collector has sockets too. */
    public static final int MAX_HANDLES = 256;

    public static final FollowOptions DEFAULTS =
            new FollowOptions(MAX_FILES, MAX_HANDLES, true, System::nanoTime, InstantSource.system());

    public FollowOptions {
        if (maxFiles < 1) {
            throw new IllegalArgumentException("maxFiles: " + maxFiles + " (expected: 1 or more)");
        }
        if (maxHandles < 1) {
            throw new IllegalArgumentException("maxHandles: " + maxHandles + " (expected: 1 or more)");
        }
    }

    public FollowOptions withMaxFiles(int files) {
        return new FollowOptions(files, maxHandles, events, nanoTime, clock);
    }

    public FollowOptions withMaxHandles(int handles) {
        return new FollowOptions(maxFiles, handles, events, nanoTime, clock);
    }

    public FollowOptions withoutEvents() {
        return new FollowOptions(maxFiles, maxHandles, false, nanoTime, clock);
    }

    public FollowOptions withTime(LongSupplier nanos, InstantSource timeOfDay) {
        return new FollowOptions(maxFiles, maxHandles, events, nanos, timeOfDay);
    }
}
