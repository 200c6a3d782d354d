package dev.gradwatch.collector.analysis.gpu;

import dev.gradwatch.collector.analysis.state.GpuRows;

/**
 * Whether the mean over a window of training is beyond a limit. What opened at one limit holds until another is passed, within the rows that are
 * there: so a value that wavers about the limit does not open and close with it, and nothing needs to be remembered but the rows.
 */
final class Sustained {
    private Sustained() {}

    static boolean above(GpuRows rows, int column, int window, double opens, double closes) {
        return beyond(rows, column, window, opens, closes, 1);
    }

    static boolean below(GpuRows rows, int column, int window, double opens, double closes) {
        return beyond(rows, column, window, -opens, -closes, -1);
    }

    private static boolean beyond(GpuRows rows, int column, int window, double opens, double closes, int sign) {
        // Most often it is not, and then the rest need not be looked at.
        if (!(sign * mean(rows, column, window) > closes)) {
            return false;
        }
        boolean holds = false;
        double sum = 0;
        int known = 0;
        for (int row = 0; row < rows.size(); row++) {
            float in = rows.value(row, column);
            if (!Float.isNaN(in)) {
                sum += in;
                known++;
            }
            if (row >= window) {
                float out = rows.value(row - window, column);
                if (!Float.isNaN(out)) {
                    sum -= out;
                    known--;
                }
            }
            if (row >= window - 1) {
                double mean = sign * sum / known;
                boolean enough = 2 * known > window;
                holds = enough && (mean > opens || (holds && mean > closes));
            }
        }
        return holds;
    }

    /** Over the newest rows; NaN where there are not so many, or most of them do not know it. */
    static double mean(GpuRows rows, int column, int window) {
        return mean(rows, column, rows.size() - window, rows.size());
    }

    static double mean(GpuRows rows, int column, int from, int to) {
        double sum = 0;
        int known = 0;
        for (int row = Math.max(0, from); row < to; row++) {
            float value = rows.value(row, column);
            if (!Float.isNaN(value)) {
                sum += value;
                known++;
            }
        }
        return from >= 0 && 2 * known > to - from ? sum / known : Double.NaN;
    }

    /** The largest of the newest rows; NaN where none knows it. */
    static double most(GpuRows rows, int column, int window) {
        double most = Double.NaN;
        for (int row = Math.max(0, rows.size() - window); row < rows.size(); row++) {
            float value = rows.value(row, column);
            if (!Float.isNaN(value) && !(value <= most)) {
                most = value;
            }
        }
        return most;
    }
}
