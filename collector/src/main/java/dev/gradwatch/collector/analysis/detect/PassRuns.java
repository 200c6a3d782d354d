package dev.gradwatch.collector.analysis.detect;

import java.util.ArrayList;
import java.util.List;

/**
 * A rank's passes that can be held against another rank's: runs in the order of time, each with what it proves used and what it proves unused.
 */
final class PassRuns {
    /**
     * @param used words of what was used in passes first to last
     * @param unused words of what was certainly not; empty words where a pass that raised proves nothing
     */
    record Run(long first, long last, long[] used, long[] unused) {}

    private final List<Run> runs = new ArrayList<>();

    void add(long first, long last, long[] used, long[] unused) {
        runs.add(new Run(first, last, used, unused));
    }

    int size() {
        return runs.size();
    }

    Run run(int index) {
        return runs.get(index);
    }
}
