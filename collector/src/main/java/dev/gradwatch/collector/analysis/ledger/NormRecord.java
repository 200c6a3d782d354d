package dev.gradwatch.collector.analysis.ledger;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The latest and the largest gradient norm of each parameter, four bytes each. */
final class NormRecord {
    private float @Nullable [] last;
    private float @Nullable [] max;
    private long backward = -1;
    private int flags;

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
     * Takes the norms of a pass.
     *
     * @return the three bitmaps of {@link Timeline#ofHealth}
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
        System.arraycopy(norms, 0, latest, 0, norms.length);
        backward = pass;
        flags = passFlags;
        int words = Words.count(norms.length);
        long[] health = new long[3 * words];
        for (int w = 0; w < words; w++) {
            addWord(norms, largest, w, health, words);
        }
        return health;
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

    /** √Σ norm² over the parameters that have one; NaN where a norm is not finite, or where none is defined. */
    static double total(float[] norms) {
        // Four sums, because one would wait for itself at each addition.
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = 0;
        for (; i + 4 <= norms.length; i += 4) {
            a += square(norms[i]);
            b += square(norms[i + 1]);
            c += square(norms[i + 2]);
            d += square(norms[i + 3]);
        }
        for (; i < norms.length; i++) {
            a += square(norms[i]);
        }
        return Math.sqrt(a + b + c + d);
    }

    private static double square(float norm) {
        // A missing gradient is -1 and counts as 0; NaN is not below 0 and goes through.
        double value = norm < 0 ? 0 : norm;
        return value * value;
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
        return 4L * (length(last) + length(max));
    }
}
