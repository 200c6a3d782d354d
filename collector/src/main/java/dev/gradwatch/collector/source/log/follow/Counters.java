package dev.gradwatch.collector.source.log.follow;

import java.util.concurrent.atomic.AtomicLong;

/** Counted by the follower's thread, read by any. */
final class Counters {
    final AtomicLong opened = new AtomicLong();
    final AtomicLong ended = new AtomicLong();
    final AtomicLong bytes = new AtomicLong();
    final AtomicLong truncations = new AtomicLong();
    final AtomicLong rotations = new AtomicLong();
    final AtomicLong errors = new AtomicLong();
    final AtomicLong dropped = new AtomicLong();
    final AtomicLong overLimit = new AtomicLong();

    FollowCounts counts() {
        // Ends first, so that a text that comes and goes meanwhile does not show as one less than none.
        long endedNow = ended.get();
        return new FollowCounts(
                opened.get(),
                endedNow,
                bytes.get(),
                truncations.get(),
                rotations.get(),
                errors.get(),
                dropped.get(),
                overLimit.get());
    }
}
