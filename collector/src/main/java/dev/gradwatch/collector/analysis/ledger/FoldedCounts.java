package dev.gradwatch.collector.analysis.ledger;

import dev.gradwatch.collector.model.LedgerSnapshot.Counts;
import dev.gradwatch.collector.model.PassFlags;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What is left of runs that a timeline had no room for: exact counts a parameter. Which pass had which pattern is lost, so "same pass, other
 * rank" can no longer be asked of them.
 */
final class FoldedCounts {
    private static final int LAST_USED = 1;

    private final boolean health;
    private long passes;
    private long first = -1;
    private long last = -1;
    private long partial;
    private long noSync;
    private final long[][] by;

    FoldedCounts(int parameters, boolean health) {
        this.health = health;
        this.by = new long[health ? 3 : 2][parameters];
        if (!health) {
            Arrays.fill(by[LAST_USED], -1);
        }
    }

    FoldedCounts(Counts counts, int parameters, boolean health) {
        this(parameters, health);
        Timeline.check(counts.by().size() == by.length, "counts", counts.by().size(), by.length + " arrays");
        for (int array = 0; array < by.length; array++) {
            long[] from = counts.by().get(array);
            Timeline.check(from.length == parameters, "counts", from.length, "one for each of " + parameters);
            System.arraycopy(from, 0, by[array], 0, parameters);
        }
        passes = counts.passes();
        first = counts.first();
        last = counts.last();
        partial = counts.partial();
        noSync = counts.noSync();
    }

    /** Takes note of a run; its pattern is counted by {@link #addPattern}. */
    void addRun(long firstPass, long lastPass, int flags) {
        long count = lastPass - firstPass + 1;
        first = passes == 0 ? firstPass : Math.min(first, firstPass);
        last = Math.max(last, lastPass);
        passes += count;
        partial += (flags & PassFlags.PARTIAL) != 0 ? count : 0;
        noSync += (flags & PassFlags.NO_SYNC) != 0 ? count : 0;
    }

    /** Folds a pattern in that held in {@code count} passes, the last of them {@code lastPass}. */
    void addPattern(long[] pattern, long count, long lastPass) {
        int words = Words.count(by[0].length);
        for (int array = 0; array < (health ? 3 : 1); array++) {
            for (int w = 0; w < words; w++) {
                for (long rest = pattern[array * words + w]; rest != 0; rest &= rest - 1) {
                    int parameter = (w << 6) + Long.numberOfTrailingZeros(rest);
                    by[array][parameter] += count;
                    if (!health) {
                        by[LAST_USED][parameter] = Math.max(by[LAST_USED][parameter], lastPass);
                    }
                }
            }
        }
    }

    Counts snapshot() {
        List<long[]> copies = new ArrayList<>();
        for (long[] array : by) {
            copies.add(array.clone());
        }
        return new Counts(passes, first, last, partial, noSync, copies);
    }

    long bytes() {
        return 8L * by.length * by[0].length;
    }
}
