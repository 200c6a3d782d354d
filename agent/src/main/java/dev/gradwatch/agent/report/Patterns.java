package dev.gradwatch.agent.report;

import dev.gradwatch.wire.Ledger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A dictionary of bit patterns and the runs of passes in which each held. Nearly every pass repeats the one before, so a repeat costs one comparison and an
 * addition. Past its bounds the oldest half of the runs is folded into counts a bit, which never grow. One thread at a time.
 */
final class Patterns {
    private static final int FIRST = 0;
    private static final int LAST = 1;
    private static final int PATTERN = 2;
    private static final int FLAGS = 3;

    private final int size;
    private final int planes;
    private final int maxPatterns;
    private final int maxRuns;
    private List<long[]> patterns = new ArrayList<>();
    private List<long[]> runs = new ArrayList<>();
    private @Nullable Counts counts;

    /**
     * @param size bits a plane
     * @param planes bitmaps a pattern, one after the other, each of whole words
     */
    Patterns(int size, int planes, int maxPatterns, int maxRuns) {
        this.size = size;
        this.planes = planes;
        this.maxPatterns = maxPatterns;
        this.maxRuns = maxRuns;
    }

    /** Enters pass {@code backward}, later than any before. Keeps {@code pattern}, without a copy, where it is new. */
    void add(long backward, long[] pattern, int flags) {
        int number = number(pattern);
        if (number < 0) {
            // One fold may not be enough: many runs can share few patterns.
            while (patterns.size() >= maxPatterns) {
                fold();
            }
            number = enter(pattern);
        }
        if (!runs.isEmpty()) {
            long[] run = runs.get(runs.size() - 1);
            if (run[PATTERN] == number && run[LAST] == backward - 1 && run[FLAGS] == flags) {
                run[LAST] = backward;
                return;
            }
        }
        if (runs.size() >= maxRuns) {
            fold();
            number = number(pattern);
            number = number < 0 ? enter(pattern) : number;
        }
        runs.add(new long[] {backward, backward, number, flags});
    }

    /** What is known now, copied, so that it can be written without the caller's lock. */
    Ledger.Patterns snapshot() {
        List<long[]> copies = new ArrayList<>(runs.size());
        for (long[] run : runs) {
            copies.add(run.clone());
        }
        return new Ledger.Patterns(new ArrayList<>(patterns), copies, counts == null ? null : counts.snapshot());
    }

    private int enter(long[] pattern) {
        patterns.add(pattern);
        return patterns.size() - 1;
    }

    /** The latest pattern is looked at first; all of them together are at most {@link Bounds#PATTERN_TEXT_BYTES}. Negative where it is new. */
    private int number(long[] pattern) {
        if (!runs.isEmpty()) {
            int latest = (int) runs.get(runs.size() - 1)[PATTERN];
            if (Arrays.equals(patterns.get(latest), pattern)) {
                return latest;
            }
        }
        for (int i = patterns.size() - 1; i >= 0; i--) {
            if (Arrays.equals(patterns.get(i), pattern)) {
                return i;
            }
        }
        return -1;
    }

    private void fold() {
        Counts into = counts == null ? new Counts(size, planes) : counts;
        counts = into;
        int half = (runs.size() + 1) / 2;
        long[] passes = new long[patterns.size()];
        long[] latest = new long[patterns.size()];
        for (long[] run : runs.subList(0, half)) {
            long length = run[LAST] - run[FIRST] + 1;
            into.run(run[FIRST], run[LAST], (int) run[FLAGS]);
            passes[(int) run[PATTERN]] += length;
            latest[(int) run[PATTERN]] = run[LAST];
        }
        for (int i = 0; i < passes.length; i++) {
            if (passes[i] > 0) {
                into.pattern(patterns.get(i), passes[i], latest[i]);
            }
        }
        keep(new ArrayList<>(runs.subList(half, runs.size())));
    }

    /** Keeps these runs, and of the patterns those that they name, numbered anew. */
    private void keep(List<long[]> kept) {
        List<long[]> before = patterns;
        int[] numbers = new int[before.size()];
        Arrays.fill(numbers, -1);
        patterns = new ArrayList<>();
        runs = kept;
        for (long[] run : kept) {
            int old = (int) run[PATTERN];
            if (numbers[old] < 0) {
                numbers[old] = enter(before.get(old));
            }
            run[PATTERN] = numbers[old];
        }
    }
}
