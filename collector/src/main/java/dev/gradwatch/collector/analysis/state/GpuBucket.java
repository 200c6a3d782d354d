package dev.gradwatch.collector.analysis.state;

import dev.gradwatch.collector.model.GpuSample;
import dev.gradwatch.collector.model.ThrottleReason;
import java.util.Arrays;

/** The samples of the seconds that run, added up until they are a row. */
final class GpuBucket {
    /** Reasons for lower clocks that are none of a healthy GPU. */
    private static final long SLOWDOWNS = ThrottleReason.harmfulBits();

    private final double[] sums = new double[GpuHistory.COLUMNS];
    private final double[] counts = new double[GpuHistory.COLUMNS];

    void add(GpuSample sample) {
        Integer percent = sample.gpuPercent();
        if (percent != null) {
            add(GpuHistory.PERCENT, percent);
        }
        Long used = sample.usedBytes();
        if (used != null) {
            add(GpuHistory.USED, used);
        }
        Long own = sample.rankBytes();
        if (own != null) {
            add(GpuHistory.OWN, own);
        }
        Long throttle = sample.throttle();
        if (throttle != null) {
            long reasons = throttle & SLOWDOWNS;
            add(GpuHistory.SLOWED, reasons == 0 ? 0 : 1);
            sums[GpuHistory.REASONS] = (long) sums[GpuHistory.REASONS] | reasons;
            counts[GpuHistory.REASONS] = 1;
        }
        Integer celsius = sample.temperatureCelsius();
        if (celsius != null) {
            sums[GpuHistory.CELSIUS] =
                    counts[GpuHistory.CELSIUS] == 0 ? celsius : Math.max(sums[GpuHistory.CELSIUS], celsius);
            counts[GpuHistory.CELSIUS] = 1;
        }
        Double watts = sample.powerWatts();
        if (watts != null) {
            add(GpuHistory.WATTS, watts);
        }
    }

    private void add(int column, double value) {
        sums[column] += value;
        counts[column]++;
    }

    boolean isEmpty() {
        for (double count : counts) {
            if (count > 0) {
                return false;
            }
        }
        return true;
    }

    void addTo(GpuRows rows, long began) {
        rows.add(began);
        for (int column = 0; column < GpuHistory.COLUMNS; column++) {
            if (counts[column] > 0) {
                rows.set(rows.size() - 1, column, sums[column] / counts[column]);
            }
        }
    }

    void clear() {
        Arrays.fill(sums, 0);
        Arrays.fill(counts, 0);
    }

    double[] packed() {
        double[] all = Arrays.copyOf(sums, 2 * GpuHistory.COLUMNS);
        System.arraycopy(counts, 0, all, GpuHistory.COLUMNS, GpuHistory.COLUMNS);
        return all;
    }

    void unpack(double[] all) {
        if (all.length != 2 * GpuHistory.COLUMNS) {
            throw new IllegalArgumentException(
                    "bucket: " + all.length + " numbers (expected: " + 2 * GpuHistory.COLUMNS + ")");
        }
        System.arraycopy(all, 0, sums, 0, GpuHistory.COLUMNS);
        System.arraycopy(all, GpuHistory.COLUMNS, counts, 0, GpuHistory.COLUMNS);
    }
}
