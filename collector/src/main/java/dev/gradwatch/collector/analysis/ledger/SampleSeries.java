package dev.gradwatch.collector.analysis.ledger;

import dev.gradwatch.collector.model.LedgerSnapshot.Sample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The newest values of a series, by backward pass, ascending. Holds at most {@code capacity}; the oldest goes first. */
public final class SampleSeries {
    private final int capacity;
    private long[] passes = new long[4];
    private double[] values = new double[4];
    private int size;

    SampleSeries(int capacity) {
        this.capacity = capacity;
    }

    void add(long backward, double value) {
        if (size == capacity) {
            System.arraycopy(passes, 1, passes, 0, --size);
            System.arraycopy(values, 1, values, 0, size);
        } else if (size == passes.length) {
            int grown = Math.min(capacity, size * 2);
            passes = Arrays.copyOf(passes, grown);
            values = Arrays.copyOf(values, grown);
        }
        passes[size] = backward;
        values[size++] = value;
    }

    void addAll(List<Sample> samples) {
        for (Sample sample : samples.subList(Math.max(0, samples.size() - capacity), samples.size())) {
            Timeline.check(
                    size == 0 || sample.backward() > passes[size - 1],
                    "sample of pass",
                    sample.backward(),
                    "passes in ascending order");
            add(sample.backward(), sample.value());
        }
    }

    List<Sample> samples() {
        List<Sample> out = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            out.add(new Sample(passes[i], values[i]));
        }
        return out;
    }

    public int size() {
        return size;
    }

    public long backward(int index) {
        return passes[index];
    }

    public double value(int index) {
        return values[index];
    }

    long bytes() {
        return 16L * passes.length;
    }
}
