package dev.gradwatch.collector.analysis.gpu;

import dev.gradwatch.collector.analysis.state.GpuHistory;
import dev.gradwatch.collector.analysis.state.GpuRows;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How the least that is used grows over hours. Peaks (evaluation, a checkpoint) do not lift it; a step up (the first evaluation, after which torch keeps
 * more) does once, and that is no growth either.
 *
 * @param bytes from the first part of the time to the last
 */
record Growth(double bytes, double hours) {
    private static final int PARTS = 8;
    private static final int MIN_PARTS = 6;
    private static final double MICROS_AN_HOUR = 3.6e9;

    /** Parts that may stand still. */
    private static final int MAX_STILL = 1;

    double bytesPerHour() {
        return bytes / hours;
    }

    /**
     * Over the hours up to a moment; null where it is no steady growth by at least so many bytes in those hours, or there is too little training in them.
     *
     * @param least the column of {@link GpuHistory#coarse} with the least that was used
     */
    static @Nullable Growth of(GpuRows coarse, int least, long endMicros, int hours, double minBytes) {
        long span = (long) (hours * MICROS_AN_HOUR);
        if (coarse.size() == 0 || coarse.micros(0) > endMicros - span) {
            return null;
        }
        double[] parts = parts(coarse, least, endMicros, span);
        if (Double.isNaN(parts[0]) || Double.isNaN(parts[PARTS - 1])) {
            return null;
        }
        double bytes = parts[PARTS - 1] - parts[0];
        // From the first part's time to the last one's it is a part less than the whole time.
        Growth growth = new Growth(bytes, hours * (PARTS - 1) / (double) PARTS);
        return growth.bytesPerHour() * hours >= minBytes && isSteady(parts, bytes) ? growth : null;
    }

    private static boolean isSteady(double[] parts, double bytes) {
        double before = parts[0];
        int known = 1;
        int still = 0;
        for (int i = 1; i < PARTS; i++) {
            if (!Double.isNaN(parts[i])) {
                double step = parts[i] - before;
                if (step > bytes / 2) {
                    return false;
                }
                still += step < bytes / PARTS / 4 ? 1 : 0;
                known++;
                before = parts[i];
            }
        }
        return known >= MIN_PARTS && still <= MAX_STILL;
    }

    private static double[] parts(GpuRows coarse, int least, long endMicros, long span) {
        double[] parts = new double[PARTS];
        Arrays.fill(parts, Double.NaN);
        for (int row = coarse.size() - 1; row >= 0; row--) {
            long before = endMicros - coarse.micros(row);
            if (before > span) {
                break;
            }
            float value = coarse.value(row, least);
            if (before > 0 && !Float.isNaN(value)) {
                int part = PARTS - 1 - (int) Math.min(PARTS - 1, (before - 1) * PARTS / span);
                parts[part] = parts[part] <= value ? parts[part] : value;
            }
        }
        return parts;
    }
}
