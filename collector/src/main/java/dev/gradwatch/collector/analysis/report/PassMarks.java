package dev.gradwatch.collector.analysis.report;

import dev.gradwatch.collector.analysis.detect.HealthFacts;
import dev.gradwatch.collector.analysis.detect.PassCutter;
import dev.gradwatch.collector.analysis.ledger.Timeline;
import dev.gradwatch.collector.analysis.ledger.Words;
import dev.gradwatch.collector.analysis.state.RankModel;
import dev.gradwatch.collector.model.JobReport.Mark;
import dev.gradwatch.collector.model.LedgerSnapshot.Counts;
import dev.gradwatch.collector.model.PassFlags;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A mark for each parameter in each column of passes, on one rank. In a pass that DDP was not to average, or that raised, a set bit proves use and a clear
 * one proves nothing. Of folded passes each column that has some gets what is true of all of them together.
 */
final class PassMarks implements PassCutter.Pieces {
    /** One that no pass tells of is {@link Mark#UNKNOWN}. */
    static final List<Mark> WORST =
            List.of(Mark.NONFINITE, Mark.NEVER, Mark.ZERO, Mark.SOMETIMES, Mark.USED, Mark.FROZEN);

    private final PassColumns columns;
    private final long[][] some;
    private final long[][] unused;
    private final long[][] nonfinite;
    private final long[][] defined;
    private final long[][] nonzero;
    private final long[] watched;
    private final boolean[] counted;
    private final boolean[] inFolded;
    private final FrozenSpans frozen;
    private final int parameters;
    private final boolean plain;

    PassMarks(RankModel rank, PassColumns columns) {
        this.columns = columns;
        this.parameters = rank.manifest().parameters().size();
        int count = columns.count();
        int words = Words.count(parameters);
        some = new long[count][words];
        unused = new long[count][words];
        nonfinite = new long[count][words];
        defined = new long[count][words];
        nonzero = new long[count][words];
        watched = new long[count];
        counted = new boolean[count];
        inFolded = new boolean[count];
        plain = rank.manifest().ddp() == null;
        frozen = new FrozenSpans(rank);
        addFolded(rank.used().counts());
        new PassCutter(rank.used(), plain, this).cut();
        countWatched(rank.used());
        addHealth(rank);
    }

    private void addFolded(@Nullable Counts counts) {
        if (counts == null || !columns.meets(counts.first(), counts.last())) {
            return;
        }
        long whole = counts.passes() - counts.partial() - (plain ? 0 : counts.noSync());
        for (int c = columns.of(counts.first()); c <= columns.of(counts.last()); c++) {
            inFolded[c] = true;
            counted[c] |= whole > 0;
            for (int p = 0; p < parameters; p++) {
                long uses = counts.by().get(0)[p];
                if (uses > 0) {
                    Words.set(some[c], p);
                }
                if (uses < whole) {
                    Words.set(unused[c], p);
                }
            }
        }
    }

    @Override
    public void whole(long first, long last, long[] used, boolean counts) {
        if (!columns.meets(first, last)) {
            return;
        }
        for (int c = columns.of(first); c <= columns.of(last); c++) {
            Words.or(some[c], used);
            if (counts) {
                counted[c] = true;
                for (int w = 0; w < used.length; w++) {
                    // Bits past the last parameter are nobody's, and not asked for.
                    unused[c][w] |= ~used[w];
                }
            }
        }
    }

    @Override
    public void raised(long first, long last, long[] used, int flags) {
        whole(first, last, used, false);
    }

    private void countWatched(Timeline timeline) {
        for (int run = 0; run < timeline.runs(); run++) {
            long first = timeline.first(run);
            long last = timeline.last(run);
            if ((timeline.flags(run) & PassFlags.PARTIAL) != 0 || !columns.meets(first, last)) {
                continue;
            }
            for (int c = columns.of(first); c <= columns.of(last); c++) {
                watched[c] += Math.min(last, columns.last(c)) - Math.max(first, columns.first(c)) + 1;
            }
        }
    }

    private void addHealth(RankModel rank) {
        // What a GradScaler meets while it looks for its scale is no trouble.
        boolean broken = new HealthFacts(rank).isBroken();
        Timeline health = rank.ledger().health();
        for (int run = 0; run < health.runs(); run++) {
            int flags = health.flags(run);
            if ((flags & PassFlags.PARTIAL) != 0 || !columns.meets(health.first(run), health.last(run))) {
                continue;
            }
            long[] pattern = health.pattern(health.patternOf(run));
            int words = Words.count(parameters);
            for (int c = columns.of(health.first(run)); c <= columns.of(health.last(run)); c++) {
                for (int w = 0; w < words; w++) {
                    defined[c][w] |= pattern[w];
                    nonzero[c][w] |= pattern[w] & ~pattern[words + w];
                    nonfinite[c][w] |= broken || (flags & PassFlags.SCALED) == 0 ? pattern[2 * words + w] : 0;
                }
            }
        }
    }

    /** Watched passes of the column that ran to their end; -1 where only counts are left of some. */
    long watched(int column) {
        return inFolded[column] ? -1 : watched[column];
    }

    /** Adds to the column's planes, one a mark of {@link #WORST}: the parameters that have it. One that is in several has the worst. */
    void addTo(long[][] planes, int column) {
        long[] isFrozen = frozen.at(columns.last(column));
        long counts = counted[column] ? -1L : 0;
        long seen = counted[column] || watched[column] > 0 ? -1L : 0;
        for (int w = 0; w < some[column].length; w++) {
            long use = some[column][w];
            long always = use & ~unused[column][w];
            long zero = always & defined[column][w] & ~nonzero[column][w] & ~frozen.empty()[w];
            planes[0][w] |= nonfinite[column][w];
            planes[1][w] |= ~use & ~isFrozen[w] & counts;
            planes[2][w] |= zero;
            planes[3][w] |= use & unused[column][w];
            planes[4][w] |= always & ~zero;
            planes[5][w] |= ~use & isFrozen[w] & seen;
        }
    }
}
