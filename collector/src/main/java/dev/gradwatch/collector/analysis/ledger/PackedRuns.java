package dev.gradwatch.collector.analysis.ledger;

import dev.gradwatch.collector.model.PassFlags;
import java.util.Arrays;

/**
 * Runs of a timeline, eight bytes each, in the order of time.
 *
 * <pre>
 *  63                   28 27          12 11        4 3      0
 * +-----------------------+--------------+-----------+--------+
 * | first pass            | passes - 1   | pattern   | flags  |
 * +-----------------------+--------------+-----------+--------+
 * </pre>
 *
 * A longer run is several of these, one after the other.
 */
final class PackedRuns {
    /** The largest number of a backward pass that a run can start at. */
    static final long MAX_BACKWARD = (1L << 36) - 1;

    private static final int MAX_PASSES = 1 << 16;

    private long[] packed = new long[4];
    private int size;

    int size() {
        return size;
    }

    long first(int run) {
        return packed[run] >>> 28;
    }

    long last(int run) {
        return first(run) + passes(run) - 1;
    }

    int passes(int run) {
        return (int) (packed[run] >>> 12 & 0xFFFF) + 1;
    }

    int pattern(int run) {
        return (int) (packed[run] >>> 4 & 0xFF);
    }

    int flags(int run) {
        int small = (int) packed[run] & 0xF;
        return (small & 7) | (small >>> 3) * PassFlags.SCALED;
    }

    /** Lengthens the last run by one pass, or says that it cannot. */
    boolean extend(long backward, int flags) {
        int last = size - 1;
        if (last < 0
                || backward != last(last) + 1
                || passes(last) == MAX_PASSES
                || small(flags) != (packed[last] & 0xF)) {
            return false;
        }
        packed[last] += 1L << 12;
        return true;
    }

    /** Adds passes first to last, as so many runs as they need. */
    void add(long first, long last, int pattern, int flags) {
        for (long at = first; at <= last; at += MAX_PASSES) {
            long passes = Math.min(MAX_PASSES, last - at + 1);
            if (size == packed.length) {
                packed = Arrays.copyOf(packed, size + Math.max(4, size >>> 2));
            }
            packed[size++] = at << 28 | (passes - 1) << 12 | (long) pattern << 4 | small(flags);
        }
    }

    void dropFirst(int count) {
        size -= count;
        packed = Arrays.copyOfRange(packed, count, count + Math.max(4, size));
    }

    void renamePatterns(int[] names) {
        for (int run = 0; run < size; run++) {
            packed[run] = (packed[run] & ~(0xFFL << 4)) | ((long) names[pattern(run)] << 4);
        }
    }

    long bytes() {
        return 8L * packed.length;
    }

    private static long small(int flags) {
        return (flags & 7) | ((flags & PassFlags.SCALED) != 0 ? 8 : 0);
    }
}
