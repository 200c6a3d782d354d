package dev.gradwatch.collector.analysis.ledger;

import java.util.Arrays;

/**
 * What is asked of all norms of a pass at once; a thousand of them take some hundred nanoseconds. Most loops do one thing to all elements, at one
 * index and without a branch, because that is what the JVM's compiler turns into vector instructions.
 */
final class Norms {
    /** The least product of two norms that is certain to be no rounding of zero. */
    private static final float LEAST = 1e-30f;

    /** Sums of squares below this may hold squares that lost digits. Those that overflow are infinite. */
    private static final double LEAST_SUM = 1e-20;

    private static final int CHUNK = 1024;
    private static final float[] ALL_LEAST = new float[CHUNK];

    static {
        Arrays.fill(ALL_LEAST, LEAST);
    }

    private Norms() {}

    /**
     * Whether the same parameters have a norm in two passes, each above zero. That is so in nearly every pass; false also where a norm is too small
     * to be sure. Says nothing of infinite ones.
     *
     * @param before overwritten
     */
    static boolean agree(float[] norms, float[] before) {
        multiply(before, norms);
        for (int from = 0; from < before.length; from += CHUNK) {
            int to = Math.min(before.length, from + CHUNK);
            if (!Arrays.equals(before, from, to, ALL_LEAST, 0, to - from)) {
                return false;
            }
        }
        return true;
    }

    /** A product is above zero where both have a norm or both have none, which is -1. */
    private static void multiply(float[] into, float[] by) {
        for (int i = 0; i < into.length; i++) {
            into[i] = Math.min(into[i] * by[i], LEAST);
        }
    }

    /**
     * √Σ norm² over the parameters that have one; not finite where a norm is not. Depends on nothing but the norms, to the last bit.
     *
     * @param room as long as the norms, overwritten
     */
    static double total(float[] norms, float[] room) {
        square(norms, room);
        double sum = sum(room);
        // Twice the norm was squared.
        return sum >= LEAST_SUM && sum < Double.POSITIVE_INFINITY ? Math.sqrt(sum) / 2 : exactTotal(norms);
    }

    /** A number and its magnitude add up to twice the number, or to 0 where it is below 0; what is not finite stays so. */
    private static void square(float[] norms, float[] into) {
        for (int i = 0; i < into.length; i++) {
            float twice = norms[i] + Math.abs(norms[i]);
            into[i] = twice * twice;
        }
    }

    private static double sum(float[] values) {
        // Four sums, because one would wait for itself at each addition.
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = 0;
        for (; i + 16 <= values.length; i += 16) {
            a += (values[i] + values[i + 1]) + (values[i + 2] + values[i + 3]);
            b += (values[i + 4] + values[i + 5]) + (values[i + 6] + values[i + 7]);
            c += (values[i + 8] + values[i + 9]) + (values[i + 10] + values[i + 11]);
            d += (values[i + 12] + values[i + 13]) + (values[i + 14] + values[i + 15]);
        }
        for (; i < values.length; i++) {
            a += values[i];
        }
        return a + b + c + d;
    }

    private static double exactTotal(float[] norms) {
        double sum = 0;
        for (float norm : norms) {
            // NaN is not below 0 and goes through, and so must what stands for no gradient by mistake.
            double value = norm < 0 && norm != Float.NEGATIVE_INFINITY ? 0 : norm;
            sum += value * value;
        }
        return Math.sqrt(sum);
    }

    /** Raises each of the largest norms to that of the pass, where that is larger. None may be NaN. */
    static void raise(float[] largest, float[] norms) {
        for (int i = 0; i < largest.length; i++) {
            largest[i] = Math.max(largest[i], norms[i]);
        }
    }
}
