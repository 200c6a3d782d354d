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
        if (last == null || max == null) {
            last = new float[norms.length];
            max = new float[norms.length];
            Arrays.fill(max, -1);
        }
        System.arraycopy(norms, 0, last, 0, norms.length);
        backward = pass;
        flags = passFlags;
        for (int i = 0; i < norms.length; i++) {
            // Math.max would make a NaN stick; an infinite norm is no size to remember.
            float norm = norms[i];
            max[i] = norm > max[i] && norm <= Float.MAX_VALUE ? norm : max[i];
        }
        return health(norms);
    }

    private static long[] health(float[] norms) {
        int words = Words.count(norms.length);
        long[] health = new long[3 * words];
        for (int w = 0; w < words; w++) {
            long defined = 0;
            long zero = 0;
            long nonfinite = 0;
            int from = w << 6;
            int bits = Math.min(64, norms.length - from);
            for (int i = 0; i < bits; i++) {
                int raw = Float.floatToRawIntBits(norms[from + i]);
                // Sign, exponent and fraction tell all: -1 is the only negative number, and NaN of either sign is not
                // finite.
                long odd = (raw & 0x7F800000) == 0x7F800000 ? 1 : 0;
                defined |= (raw >= 0 ? 1 : odd) << i;
                zero |= (raw == 0 ? 1L : 0) << i;
                nonfinite |= odd << i;
            }
            health[w] = defined;
            health[words + w] = zero;
            health[2 * words + w] = nonfinite;
        }
        return health;
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
        // A missing gradient is -1: max turns it into 0 and lets NaN through.
        double value = Math.max(norm, 0);
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
