package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.analysis.ledger.Timeline;
import dev.gradwatch.collector.analysis.ledger.Words;
import dev.gradwatch.collector.analysis.state.RankModel;
import dev.gradwatch.collector.model.LedgerSnapshot.Counts;
import dev.gradwatch.collector.model.PassFlags;
import org.jspecify.annotations.Nullable;

/** How one rank's gradients were, in the passes that had norms. */
public final class HealthFacts {
    /** Scaled passes in a row: a scale of 65,536 is 1 after 16 halvings. */
    static final int PERSISTENT_SCALED = 24;

    private final long[] defined;
    private final long[] nonzero;
    private final long[] nonfinite;
    private final long[] lastNonfinite;
    private long passes;
    private long first = -1;
    private long last = -1;
    private long firstNonfinite = -1;
    private long[] inFirstNonfinite = new long[0];
    private boolean onlyScaled = true;
    private long trailingNonfinite;
    private long trailingFirst = -1;
    private long[] inTrailingFirst = new long[0];

    public HealthFacts(RankFacts rank) {
        this(rank.model());
    }

    public HealthFacts(RankModel rank) {
        int words = Words.count(rank.manifest().parameters().size());
        defined = new long[words];
        nonzero = new long[words];
        nonfinite = new long[words];
        lastNonfinite = new long[words];
        Timeline health = rank.ledger().health();
        addFolded(health.counts());
        for (int run = 0; run < health.runs(); run++) {
            // Of a pass that raised, the norms are whatever it left behind.
            if ((health.flags(run) & PassFlags.PARTIAL) == 0) {
                addRun(health, run, words);
            }
        }
    }

    private void addFolded(@Nullable Counts counts) {
        if (counts == null) {
            return;
        }
        span(counts.passes(), counts.first(), counts.last());
        for (int p = 0; p < counts.by().get(0).length; p++) {
            long definedPasses = counts.by().get(0)[p];
            if (definedPasses > 0) {
                Words.set(defined, p);
            }
            if (definedPasses > counts.by().get(1)[p]) {
                Words.set(nonzero, p);
            }
            if (counts.by().get(2)[p] > 0) {
                Words.set(nonfinite, p);
            }
        }
        if (!Words.isEmpty(nonfinite)) {
            firstNonfinite = counts.first();
            inFirstNonfinite = nonfinite.clone();
        }
    }

    private void addRun(Timeline health, int run, int words) {
        long[] pattern = health.pattern(health.patternOf(run));
        boolean bad = false;
        for (int w = 0; w < words; w++) {
            defined[w] |= pattern[w];
            nonzero[w] |= pattern[w] & ~pattern[words + w];
            nonfinite[w] |= pattern[2 * words + w];
            lastNonfinite[w] = pattern[2 * words + w];
            bad |= pattern[2 * words + w] != 0;
        }
        long count = health.last(run) - health.first(run) + 1;
        span(count, health.first(run), health.last(run));
        if (bad && trailingNonfinite == 0) {
            trailingFirst = health.first(run);
            inTrailingFirst = lastNonfinite.clone();
        }
        trailingNonfinite = bad ? trailingNonfinite + count : 0;
        if (bad) {
            onlyScaled &= (health.flags(run) & PassFlags.SCALED) != 0;
            if (firstNonfinite < 0) {
                firstNonfinite = health.first(run);
                inFirstNonfinite = lastNonfinite.clone();
            }
        }
    }

    private void span(long count, long from, long to) {
        passes += count;
        first = first < 0 ? from : first;
        last = to;
    }

    /** Passes that had norms. */
    public long passes() {
        return passes;
    }

    long first() {
        return first;
    }

    long last() {
        return last;
    }

    /** Words: had a gradient in some pass. */
    public long[] defined() {
        return defined;
    }

    /** Words: had one that was not exactly zero. */
    public long[] nonzero() {
        return nonzero;
    }

    /** Words: not finite in the latest pass that had norms. */
    public long[] lastNonfinite() {
        return lastNonfinite;
    }

    /** -1 where there is none. */
    long firstNonfinite() {
        return firstNonfinite;
    }

    long[] inFirstNonfinite() {
        return inFirstNonfinite;
    }

    /** The pass from which on none was all finite; -1 where the latest was. */
    long trailingFirst() {
        return trailingNonfinite > 0 ? trailingFirst : -1;
    }

    long[] inTrailingFirst() {
        return inTrailingFirst;
    }

    /** Whether there is more of it than a GradScaler makes while it looks for its scale. */
    public boolean isBroken() {
        return firstNonfinite >= 0 && !(onlyScaled && trailingNonfinite < PERSISTENT_SCALED);
    }

    /** Passes with norms since which none was all finite. */
    long trailingNonfinite() {
        return trailingNonfinite;
    }
}
