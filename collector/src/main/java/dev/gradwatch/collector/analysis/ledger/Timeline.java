package dev.gradwatch.collector.analysis.ledger;

import dev.gradwatch.collector.model.LedgerSnapshot.Counts;
import dev.gradwatch.collector.model.LedgerSnapshot.Patterns;
import dev.gradwatch.collector.model.LedgerSnapshot.Run;
import dev.gradwatch.collector.model.PassFlags;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which pattern of bits held in which passes: a dictionary of patterns, and runs of passes that refer to it. A pass that repeats the one before
 * costs one comparison of its words. At {@link #MAX_PATTERNS} or {@link #MAX_RUNS} the oldest half of the runs becomes exact counts, and
 * {@link #counts()} says so.
 */
public final class Timeline {
    /** As in the protocol. A pattern's place must fit the eight bits of a packed run. */
    public static final int MAX_PATTERNS = 256;

    public static final int MAX_RUNS = 4096;

    private final int parameters;
    private final boolean health;
    private final int words;
    private final PackedRuns runs = new PackedRuns();
    private long[][] patterns = new long[2][];
    private long[] hashes = new long[2];
    private int patternCount;
    private @Nullable FoldedCounts folded;

    private Timeline(int parameters, boolean health) {
        this.parameters = parameters;
        this.health = health;
        this.words = Words.count(parameters) * (health ? 3 : 1);
    }

    /** Patterns are bitmaps of the parameters used. */
    static Timeline ofUse(int parameters) {
        return new Timeline(parameters, false);
    }

    /** Patterns are three bitmaps, one after the other: gradient defined, zero, not finite. */
    static Timeline ofHealth(int parameters) {
        return new Timeline(parameters, true);
    }

    /** @param pattern kept where it is new, and never written; passes come in ascending order */
    void add(long backward, long[] pattern, int flags) {
        int known = runs.size() == 0 ? -1 : runs.pattern(runs.size() - 1);
        if (known >= 0 && Arrays.equals(patterns[known], pattern)) {
            if (runs.extend(backward, flags)) {
                return;
            }
        } else {
            known = find(pattern);
        }
        if (runs.size() >= MAX_RUNS || (known < 0 && patternCount == MAX_PATTERNS)) {
            foldOldestHalf();
            known = find(pattern);
        }
        runs.add(backward, backward, known >= 0 ? known : keep(pattern), flags);
    }

    /** Replaces nothing: call it on a fresh timeline only. */
    void addAll(Patterns snapshot) {
        if (snapshot.counts() != null) {
            folded = new FoldedCounts(snapshot.counts(), parameters, health);
        }
        for (long[] pattern : snapshot.patterns()) {
            check(pattern.length == words, "pattern", pattern.length, words + " words");
            for (int part = 0; part < words; part += Words.count(parameters)) {
                check(!Words.hasBitsPast(pattern, part, parameters), "pattern", "bits past", "only " + parameters);
            }
        }
        if (snapshot.patterns().size() <= MAX_PATTERNS) {
            // In their order, so that a copy stays equal to what it was copied from.
            for (long[] pattern : snapshot.patterns()) {
                if (find(pattern) < 0) {
                    keep(pattern.clone());
                }
            }
        }
        long previous = -1;
        for (Run run : snapshot.runs()) {
            check(
                    run.pattern() >= 0 && run.pattern() < snapshot.patterns().size(),
                    "pattern of a run",
                    run.pattern(),
                    "0-" + (snapshot.patterns().size() - 1));
            check(
                    run.first() > previous && run.last() >= run.first() && run.last() <= PackedRuns.MAX_BACKWARD,
                    "run",
                    run.first() + "-" + run.last(),
                    "after " + previous);
            previous = run.last();
            addRun(run, snapshot.patterns().get(run.pattern()));
        }
    }

    private void addRun(Run run, long[] pattern) {
        int known = find(pattern);
        if (runs.size() >= MAX_RUNS || (known < 0 && patternCount == MAX_PATTERNS)) {
            foldOldestHalf();
            known = find(pattern);
        }
        runs.add(run.first(), run.last(), known >= 0 ? known : keep(pattern.clone()), run.flags() & PassFlags.LEDGER);
    }

    Patterns snapshot() {
        List<Run> out = new ArrayList<>();
        for (int run = 0; run < runs.size(); run++) {
            Run next = new Run(runs.first(run), runs.last(run), runs.pattern(run), runs.flags(run));
            Run before = out.isEmpty() ? null : out.get(out.size() - 1);
            if (before != null
                    && before.last() + 1 == next.first()
                    && before.pattern() == next.pattern()
                    && before.flags() == next.flags()) {
                out.set(out.size() - 1, new Run(before.first(), next.last(), next.pattern(), next.flags()));
            } else {
                out.add(next);
            }
        }
        return new Patterns(Arrays.asList(Arrays.copyOf(patterns, patternCount)), out, counts());
    }

    /** What was folded; null before a limit was met. */
    public @Nullable Counts counts() {
        return folded == null ? null : folded.snapshot();
    }

    public int runs() {
        return runs.size();
    }

    public int patterns() {
        return patternCount;
    }

    public long first(int run) {
        return runs.first(run);
    }

    public long last(int run) {
        return runs.last(run);
    }

    public int flags(int run) {
        return runs.flags(run);
    }

    /** Place of the run's pattern in the dictionary. */
    public int patternOf(int run) {
        return runs.pattern(run);
    }

    /** The words of a pattern; not to be written. */
    public long[] pattern(int place) {
        return patterns[place];
    }

    /** What its arrays take. */
    long bytes() {
        return runs.bytes() + 8L * patternCount * words + 16L * patterns.length + (folded == null ? 0 : folded.bytes());
    }

    private int find(long[] pattern) {
        long hash = hash(pattern);
        for (int place = 0; place < patternCount; place++) {
            if (hashes[place] == hash && Arrays.equals(patterns[place], pattern)) {
                return place;
            }
        }
        return -1;
    }

    private int keep(long[] pattern) {
        if (patternCount == patterns.length) {
            patterns = Arrays.copyOf(patterns, patternCount * 2);
            hashes = Arrays.copyOf(hashes, patternCount * 2);
        }
        patterns[patternCount] = pattern;
        hashes[patternCount] = hash(pattern);
        return patternCount++;
    }

    private void foldOldestHalf() {
        FoldedCounts counts = folded == null ? new FoldedCounts(parameters, health) : folded;
        folded = counts;
        int half = Math.max(1, runs.size() / 2);
        // By pattern, because that takes a look at each parameter, and patterns are fewer than runs.
        long[] passes = new long[patternCount];
        long[] last = new long[patternCount];
        for (int run = 0; run < half; run++) {
            int pattern = runs.pattern(run);
            counts.addRun(runs.first(run), runs.last(run), runs.flags(run));
            passes[pattern] += runs.last(run) - runs.first(run) + 1;
            last[pattern] = runs.last(run);
        }
        for (int pattern = 0; pattern < patternCount; pattern++) {
            if (passes[pattern] > 0) {
                counts.addPattern(patterns[pattern], passes[pattern], last[pattern]);
            }
        }
        runs.dropFirst(half);
        forgetUnusedPatterns();
    }

    private void forgetUnusedPatterns() {
        boolean[] needed = new boolean[patternCount];
        for (int run = 0; run < runs.size(); run++) {
            needed[runs.pattern(run)] = true;
        }
        int[] names = new int[patternCount];
        int kept = 0;
        for (int place = 0; place < patternCount; place++) {
            if (needed[place]) {
                names[place] = kept;
                patterns[kept] = patterns[place];
                hashes[kept++] = hashes[place];
            }
        }
        Arrays.fill(patterns, kept, patternCount, null);
        patternCount = kept;
        runs.renamePatterns(names);
    }

    private static long hash(long[] words) {
        long hash = 1;
        for (long word : words) {
            hash = (hash ^ word) * 0x9E3779B97F4A7C15L;
            hash ^= hash >>> 29;
        }
        return hash;
    }

    static void check(boolean holds, String what, Object value, String expected) {
        if (!holds) {
            throw misfit(what, value, expected);
        }
    }

    static IllegalArgumentException misfit(String what, Object value, String expected) {
        return new IllegalArgumentException(what + ": " + value + " (expected: " + expected + ")");
    }
}
