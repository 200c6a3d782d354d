package dev.gradwatch.collector.analysis.state;

/** Buckets of training put together, to see hours; a stretch without training has no row. */
final class GpuHours {
    private static final int MAX_ROWS = 288;

    private final GpuRows rows = new GpuRows(MAX_ROWS, GpuHistory.COLUMNS);

    void add(GpuRows from, int row) {
        long began = from.micros(row) - from.micros(row) % GpuHistory.COARSE_MICROS;
        if (rows.size() == 0 || rows.micros(rows.size() - 1) != began) {
            rows.add(began);
            rows.set(rows.size() - 1, GpuHistory.BUCKETS, 0);
        }
        int last = rows.size() - 1;
        rows.set(last, GpuHistory.BUCKETS, rows.value(last, GpuHistory.BUCKETS) + 1);
        add(last, GpuHistory.USED_MIN, from.value(row, GpuHistory.USED));
        add(last, GpuHistory.OWN_MIN, from.value(row, GpuHistory.OWN));
    }

    /** @param min the first of the three columns */
    private void add(int row, int min, double value) {
        if (Double.isNaN(value)) {
            return;
        }
        int max = min + 1;
        int mean = min + 2;
        if (Float.isNaN(rows.value(row, min))) {
            rows.set(row, min, value);
            rows.set(row, max, value);
            rows.set(row, mean, value);
        } else {
            double before = rows.value(row, mean);
            rows.set(row, min, Math.min(rows.value(row, min), value));
            rows.set(row, max, Math.max(rows.value(row, max), value));
            rows.set(row, mean, before + (value - before) / rows.value(row, GpuHistory.BUCKETS));
        }
    }

    GpuRows rows() {
        return rows;
    }
}
