package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.analysis.ledger.SampleSeries;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Whether the total gradient norm left its own usual size, and stayed away or kept going. The usual size is the median of all kept values before, and
 * so is that of the latest of them: a norm that drifts leaves the first and not the second. Passes are watched in windows, and between two of them a norm
 * that falls while a model converges may fall far: a norm that vanishes is also far below where its own fall would have brought it.
 *
 * @param ended whether the latest value is usual again
 */
record NormTrend(long firstBackward, long lastBackward, double value, double median, boolean ended) {
    /** Total norm above which a gradient may explode. */
    static final double EXPLODING = 10;

    /** Total norm below which a gradient may vanish. */
    static final double VANISHING = 0.1;

    /** How far from its own median. */
    static final double FACTOR = 10;

    /** Values in a row. */
    static final int IN_A_ROW = 3;

    /** Values that are the latest; a drift that takes so many is none to wake anybody for. */
    static final int RECENT = 16;

    /** The most by which the norm of a model that converges falls from one backward pass to the next. */
    private static final double SLOW = 1.1;

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
            boolean far = isFar(value, median, up);
            row = far && isFar(value, recentMedian(totals, i - row), up) && (up || leftItsFall(totals, i - row, i))
                    ? row + 1
                    : 0;
            steep = isSteep(before, value, up) ? steep + 1 : 0;
            if (row >= IN_A_ROW || (row > 0 && steep >= IN_A_ROW)) {
                found = found == null
                        ? new NormTrend(totals.backward(i - row + 1), totals.backward(i), value, median, false)
                        : new NormTrend(found.firstBackward(), totals.backward(i), value, found.median(), false);
            } else if (found != null) {
                // Held against what was usual before it left: in time its own median follows it.
                boolean ended = !isFar(value, found.median(), up);
                found = new NormTrend(
                        found.firstBackward(), found.lastBackward(), found.value(), found.median(), ended);
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

    /** Of the values right before that one. */
    private static double recentMedian(SampleSeries totals, int end) {
        double[] recent = new double[Math.min(end, RECENT)];
        for (int i = 0; i < recent.length; i++) {
            recent[i] = totals.value(end - recent.length + i);
        }
        Arrays.sort(recent);
        return recent.length == 0 ? Double.NaN : median(recent, recent.length);
    }

    /**
     * Whether a value is far below the line through the logarithms of the first {@code end} values over their backward passes, which is least squares. The
     * line never rises, nor falls by more than {@link #SLOW} a pass: what falls faster does vanish.
     */
    private static boolean leftItsFall(SampleSeries totals, int end, int at) {
        double passes = 0;
        double logs = 0;
        for (int i = 0; i < end; i++) {
            passes += totals.backward(i) / (double) end;
            logs += log(totals, i) / end;
        }
        double squares = 0;
        double products = 0;
        for (int i = 0; i < end; i++) {
            double pass = totals.backward(i) - passes;
            squares += pass * pass;
            products += pass * (log(totals, i) - logs);
        }
        double slope = squares == 0 ? 0 : Math.max(-Math.log(SLOW), Math.min(0, products / squares));
        return isFar(totals.value(at), Math.exp(logs + slope * (totals.backward(at) - passes)), false);
    }

    private static double log(SampleSeries totals, int i) {
        return Math.log(Math.max(totals.value(i), Double.MIN_NORMAL));
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
