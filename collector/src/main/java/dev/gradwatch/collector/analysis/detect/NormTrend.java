package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.analysis.ledger.SampleSeries;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Whether the total gradient norm left its own usual size, and stayed away or kept going. The usual size is the median of all kept values before.
 */
record NormTrend(long firstBackward, long lastBackward, double value, double median) {
    /** Total norm above which a gradient may explode. */
    static final double EXPLODING = 10;

    /** Total norm below which a gradient may vanish. */
    static final double VANISHING = 0.1;

    /** How far from its own median. */
    static final double FACTOR = 10;

    /** Values in a row. */
    static final int IN_A_ROW = 3;

    /** What counts as growing, or shrinking, from one value to the next. */
    private static final double STEEP = 1.5;

    /** Null where the norm never did. */
    static @Nullable NormTrend of(SampleSeries totals, boolean up) {
        double[] sorted = new double[totals.size()];
        int kept = 0;
        int row = 0;
        int steep = 0;
        double before = Double.NaN;
        NormTrend found = null;
        for (int i = 0; i < totals.size(); i++) {
            double value = totals.value(i);
            if (!Double.isFinite(value)) {
                break;
            }
            double median = kept == 0 ? Double.NaN : median(sorted, kept);
            row = isFar(value, median, up) ? row + 1 : 0;
            steep = isSteep(before, value, up) ? steep + 1 : 0;
            if (row >= IN_A_ROW || (row > 0 && steep >= IN_A_ROW)) {
                long first = found == null ? totals.backward(i - row + 1) : found.firstBackward();
                found = new NormTrend(first, totals.backward(i), value, median);
            }
            int place = Arrays.binarySearch(sorted, 0, kept, value);
            place = place < 0 ? -place - 1 : place;
            System.arraycopy(sorted, place, sorted, place + 1, kept - place);
            sorted[place] = value;
            kept++;
            before = value;
        }
        return found;
    }

    private static boolean isFar(double value, double median, boolean up) {
        return up ? value > EXPLODING && value > FACTOR * median : value < VANISHING && value < median / FACTOR;
    }

    private static boolean isSteep(double before, double value, boolean up) {
        return up ? value > before * STEEP : value < before / STEEP;
    }

    private static double median(double[] sorted, int size) {
        return size % 2 == 1 ? sorted[size / 2] : (sorted[size / 2 - 1] + sorted[size / 2]) / 2;
    }
}
