package dev.gradwatch.collector.analysis.state;

import dev.gradwatch.collector.model.GpuPast;
import java.util.Arrays;

/** Rows of numbers in the order of time, at most {@code capacity}; the oldest goes first. */
public final class GpuRows {
    private final int columns;
    private final long[] micros;
    private final float[] values;
    private int first;
    private int size;

    GpuRows(int capacity, int columns) {
        this.columns = columns;
        this.micros = new long[capacity];
        this.values = new float[capacity * columns];
    }

    /** Adds one that began at this time, all of it not known. */
    void add(long began) {
        if (size == micros.length) {
            first = (first + 1) % micros.length;
            size--;
        }
        int place = place(size++);
        micros[place] = began;
        Arrays.fill(values, place * columns, (place + 1) * columns, Float.NaN);
    }

    void set(int row, int column, double value) {
        values[place(row) * columns + column] = (float) value;
    }

    /** Adds a row of another, of equally many columns. */
    void add(GpuRows other, int row) {
        add(other.micros(row));
        System.arraycopy(other.values, other.place(row) * columns, values, place(size - 1) * columns, columns);
    }

    void clear() {
        first = 0;
        size = 0;
    }

    private int place(int row) {
        int place = first + row;
        return place < micros.length ? place : place - micros.length;
    }

    public int size() {
        return size;
    }

    /** When it began; row 0 is the oldest. */
    public long micros(int row) {
        return micros[place(row)];
    }

    /** NaN where not known. */
    public float value(int row, int column) {
        return values[place(row) * columns + column];
    }

    GpuPast.Rows packed() {
        long[] times = new long[size];
        float[] all = new float[size * columns];
        for (int row = 0; row < size; row++) {
            times[row] = micros(row);
            System.arraycopy(values, place(row) * columns, all, row * columns, columns);
        }
        return new GpuPast.Rows(times, all);
    }

    /** Adds those of the other that there is room for. */
    void addAll(GpuPast.Rows rows) {
        if (rows.values().length != rows.micros().length * columns) {
            throw new IllegalArgumentException("values: " + rows.values().length + " (expected: " + columns
                    + " for each of " + rows.micros().length + " rows)");
        }
        for (int row = 0; row < rows.micros().length; row++) {
            add(rows.micros()[row]);
            System.arraycopy(rows.values(), row * columns, values, place(size - 1) * columns, columns);
        }
    }

    long bytes() {
        return 8L * micros.length + 4L * values.length;
    }
}
