package dev.gradwatch.collector.analysis.ledger;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The latest and the largest gradient norm of each parameter, four bytes each. */
final class NormRecord {
    private float @Nullable [] last;
    private float @Nullable [] max;
    private long backward = -1;
    private int flags;
    private double total = Double.NaN;
    private long[] health = {};
    /** Whether no latest norm is zero or not finite. */
    private boolean allUsual;

    NormRecord() {}

    NormRecord(float @Nullable [] last, float @Nullable [] max, long backward, int flags, int parameters) {
        Timeline.check(last == null || last.length == parameters, "last norms", length(last), "" + parameters);
        Timeline.check(max == null || max.length == parameters, "max norms", length(max), "" + parameters);
        this.last = last == null ? null : last.clone();
        this.max = max == null ? null : max.clone();
        this.backward = backward;
        this.flags = flags;
    }

    private static int length(float @Nullable [] norms) {
        return norms == null ? 0 : norms.length;
    }

    /**
     * Takes the norms of a pass, which are copied.
     *
     * @return the three bitmaps of {@link Timeline#ofHealth}, not to be written; the same array where they are those of the pass before
     */
    long[] add(long pass, int passFlags, float[] norms) {
        float[] latest = last;
        float[] largest = max;
        if (latest == null || largest == null) {
            latest = new float[norms.length];
            largest = new float[norms.length];
            Arrays.fill(largest, -1);
            last = latest;
            max = largest;
        }
        // The latest norms are about to be replaced, so they serve as the room to work in.
        boolean alike = allUsual && Norms.agree(norms, latest);
        total = Norms.total(norms, latest);
        if (alike && Double.isFinite(total)) {
            Norms.raise(largest, norms);
        } else {
            health = look(norms, largest);
        }
        System.arraycopy(norms, 0, latest, 0, norms.length);
        backward = pass;
        flags = passFlags;
        return health;
    }

    private long[] look(float[] norms, float[] largest) {
        int words = Words.count(norms.length);
        long[] looked = new long[3 * words];
        long odd = 0;
        for (int w = 0; w < words; w++) {
            addWord(norms, largest, w, looked, words);
            odd |= looked[words + w] | looked[2 * words + w];
        }
        allUsual = odd == 0;
        return Arrays.equals(looked, health) ? health : looked;
    }

    /** One look at each norm: nearly all are usual ones, no larger than before, and cost two comparisons. */
    private static void addWord(float[] norms, float[] largest, int word, long[] health, int words) {
        long defined = 0;
        int from = word << 6;
        int bits = Math.min(64, norms.length - from);
        for (int i = 0; i < bits; i++) {
            float norm = norms[from + i];
            if (norm > 0 && norm <= Float.MAX_VALUE) {
                defined |= 1L << i;
                if (norm > largest[from + i]) {
                    largest[from + i] = norm;
                }
            } else if (norm == 0) {
                defined |= 1L << i;
                health[words + word] |= 1L << i;
                largest[from + i] = Math.max(largest[from + i], 0);
            } else if (!(norm < 0) || norm == Float.NEGATIVE_INFINITY) {
                defined |= 1L << i;
                health[2 * words + word] |= 1L << i;
            }
        }
        health[word] = defined;
    }

    /** √Σ norm² of the latest norms that were added, over the parameters that have one; not finite where a norm is not. */
    double total() {
        return total;
    }

    float @Nullable [] last() {
        return last;
    }

    float @Nullable [] max() {
        return max;
    }

    long backward() {
        return backward;
    }

    int flags() {
        return flags;
    }

    long bytes() {
        return 4L * (length(last) + length(max)) + 8L * health.length;
    }
}
