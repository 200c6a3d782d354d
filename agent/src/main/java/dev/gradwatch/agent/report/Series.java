package dev.gradwatch.agent.report;

import dev.gradwatch.wire.Ledger;
import dev.gradwatch.wire.Limits;
import java.util.Arrays;

/** The newest {@link Limits#MAX_TOTALS} values, each with its pass. One thread at a time. */
final class Series {
    private static final int FIRST_ROOM = 64;

    private long[] backwards = new long[FIRST_ROOM];
    private double[] values = new double[FIRST_ROOM];
    private int size;

    /** Where the next value goes once the room is {@link Limits#MAX_TOTALS} and full. */
    private int next;

    void add(long backward, double value) {
        if (size == values.length && size < Limits.MAX_TOTALS) {
            int room = Math.min(2 * size, Limits.MAX_TOTALS);
            backwards = Arrays.copyOf(backwards, room);
            values = Arrays.copyOf(values, room);
        }
        int at = size < values.length ? size++ : next;
        next = at + 1 == Limits.MAX_TOTALS ? 0 : at + 1;
        backwards[at] = backward;
        values[at] = value;
    }

    /** Newest last, copied. */
    Ledger.Series snapshot() {
        int oldest = size == Limits.MAX_TOTALS ? next : 0;
        long[] orderedBackwards = new long[size];
        double[] ordered = new double[size];
        for (int i = 0; i < size; i++) {
            int at = (oldest + i) % size;
            orderedBackwards[i] = backwards[at];
            ordered[i] = values[at];
        }
        return new Ledger.Series(orderedBackwards, ordered);
    }
}
