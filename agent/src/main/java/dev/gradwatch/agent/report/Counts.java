package dev.gradwatch.agent.report;

import dev.gradwatch.wire.Ledger;
import dev.gradwatch.wire.StepFlags;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What is left of folded runs: counts a bit and, of one plane, the latest pass that had it. One thread at a time. */
final class Counts {
    private final int words;
    private final long[][] counts;
    private final long[] latest;
    private long passes;
    private long first = -1;
    private long last = -1;
    private long partial;
    private long noSync;

    Counts(int size, int planes) {
        words = (size + Long.SIZE - 1) / Long.SIZE;
        counts = new long[planes][size];
        latest = new long[planes == 1 ? size : 0];
        Arrays.fill(latest, -1);
    }

    /** Runs come in the order of time. */
    void run(long from, long to, int flags) {
        long length = to - from + 1;
        passes += length;
        partial += (flags & StepFlags.PARTIAL) != 0 ? length : 0;
        noSync += (flags & StepFlags.NO_SYNC) != 0 ? length : 0;
        first = first < 0 ? from : first;
        last = to;
    }

    /** A pattern that held in so many of the runs' passes, last in {@code backward}. */
    void pattern(long[] pattern, long held, long backward) {
        for (int word = 0; word < pattern.length; word++) {
            long[] plane = counts[word / words];
            int base = word % words * Long.SIZE;
            for (long left = pattern[word]; left != 0; left &= left - 1) {
                int index = base + Long.numberOfTrailingZeros(left);
                plane[index] += held;
                if (latest.length > 0) {
                    latest[index] = Math.max(latest[index], backward);
                }
            }
        }
    }

    Ledger.Counts snapshot() {
        List<long[]> by = new ArrayList<>();
        for (long[] plane : counts) {
            by.add(plane.clone());
        }
        if (counts.length == 1) {
            by.add(latest.clone());
        }
        return new Ledger.Counts(passes, first, last, partial, noSync, by);
    }
}
