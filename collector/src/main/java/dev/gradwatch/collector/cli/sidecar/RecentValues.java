package dev.gradwatch.collector.cli.sidecar;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The mean of a series in each of its latest spans, the last of them not over yet; for a line as small as a word. */
final class RecentValues {
    /** Ten minutes. */
    static final int MOST = 60;

    private final Deque<Double> complete = new ArrayDeque<>();

    void add(double mean) {
        complete.addLast(mean);
        // The open span is one more.
        if (complete.size() > MOST - 1) {
            complete.removeFirst();
        }
    }

    /** Oldest first. */
    List<Double> with(double open) {
        List<Double> values = new ArrayList<>(complete);
        values.add(open);
        return values;
    }
}
