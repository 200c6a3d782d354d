package dev.gradwatch.agent.report;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * Which passes of one model are watched, and how much of each. Arithmetic on the job's name and the pass's number, so that all ranks choose alike:
 *
 * <pre>
 *   pass   0 ... 49          every one
 *   block  k = 1, 2, ...     passes 64 k ... 64 k + 63; one window of 16, at 64 k + (h(k) mod 49)
 *   level  L                 only the windows of blocks where (h(k) >> 8) has its lowest L bits clear
 *   norms  M >= L            in a window's first 3 passes, where those M bits are clear
 * </pre>
 *
 * h(k) is CRC-32 of {@code JOB/k}. Gaps between windows are irregular, so that no period of the job's own can hide from them. The training thread asks; the
 * level and the switch of the norms may be used by others.
 */
final class Schedule {
    static final int FIRST_PASSES = 50;
    static final int BLOCK = 64;
    static final int WINDOW = 16;
    static final int WINDOW_NORMS = 3;
    static final int PROBED_PASSES = 3;
    private static final int NORM_PASSES = 16;
    private static final int MAX_LEVEL = 12;

    private final String job;
    private final double budget;
    private volatile int level;
    private volatile boolean norms = true;
    private int normLevel;
    private long block;
    private long start;
    private long hash;

    /** @param budget as {@link Budget} reads it */
    Schedule(String job, double budget) {
        this.job = job;
        this.budget = budget;
    }

    boolean watches(long backward) {
        if (backward < FIRST_PASSES || budget == Budget.OFF) {
            return true;
        }
        long place = place(backward);
        return place >= 0 && place < WINDOW && isClear(level);
    }

    /** Of a watched pass. */
    boolean wantsNorms(long backward) {
        if (!norms) {
            return false;
        }
        if (backward < NORM_PASSES) {
            return true;
        }
        long place = place(backward);
        return place >= 0 && place < WINDOW_NORMS && isClear(normLevel);
    }

    int level() {
        return level;
    }

    int normLevel() {
        return normLevel;
    }

    /** Starts at a level, for tests. */
    Schedule at(int newLevel, int newNormLevel) {
        level = newLevel;
        normLevel = newNormLevel;
        return this;
    }

    /** Whether norms are taken at all: a collector may say that it wants none. */
    void norms(boolean wanted) {
        norms = wanted;
    }

    /**
     * Chooses the levels after a window, all costs in nanoseconds of the training thread. Half the windows go with each level; the lowest level wins that leaves
     * room for the norms of as many windows, or half the budget for those of fewer. Without norms that is the Python reporter's rule.
     *
     * @param windowNanos what a window costs above the unwatched passes, norms apart
     * @param normNanos what norms add to a window
     * @param passNanos what an unwatched pass costs
     * @param stepNanos how long a step takes
     */
    void settle(double windowNanos, double normNanos, double passNanos, double stepNanos) {
        if (budget == Budget.OFF || stepNanos <= 0) {
            return;
        }
        double room = (budget * stepNanos - passNanos) * BLOCK;
        double norm = norms ? normNanos : 0;
        int wanted = 0;
        while (wanted < MAX_LEVEL && !fits(windowNanos, norm, wanted, room)) {
            wanted++;
        }
        // One level a time downwards, and only with room to spare, so that noise does not make ranks waver.
        int now = level;
        if (wanted < now) {
            wanted = fits(windowNanos, norm, now - 1, 0.8 * room) ? now - 1 : now;
        }
        level = wanted;
        settleNorms(share(windowNanos, wanted), norm, room);
    }

    private void settleNorms(double windows, double norm, double room) {
        int wanted = level;
        while (wanted < MAX_LEVEL && windows + share(norm, wanted) > room) {
            wanted++;
        }
        int now = normLevel;
        if (wanted < now) {
            wanted = Math.max(level, windows + share(norm, now - 1) <= 0.8 * room ? now - 1 : now);
        }
        normLevel = wanted;
    }

    private static boolean fits(double window, double norm, int level, double room) {
        return share(window + norm, level) <= room || share(window, level) <= room / 2;
    }

    private static double share(double nanos, int level) {
        return nanos / (1 << level);
    }

    private boolean isClear(int bits) {
        return ((hash >> 8) & ((1L << bits) - 1)) == 0;
    }

    /** The pass's place in its block's window; negative before it, WINDOW and more after it. */
    private long place(long backward) {
        long now = backward / BLOCK;
        if (now == 0) {
            return -1;
        }
        if (now != block) {
            CRC32 crc = new CRC32();
            crc.update((job + "/" + now).getBytes(StandardCharsets.UTF_8));
            block = now;
            hash = crc.getValue();
            start = BLOCK * now + hash % (BLOCK - WINDOW + 1);
        }
        return backward - start;
    }
}
