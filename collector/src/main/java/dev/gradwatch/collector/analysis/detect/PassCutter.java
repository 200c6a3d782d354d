package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.analysis.ledger.Timeline;
import dev.gradwatch.collector.analysis.ledger.Words;
import dev.gradwatch.collector.analysis.state.SyncRule;
import dev.gradwatch.collector.model.PassFlags;

/**
 * Cuts a timeline into what DDP takes for one pass: from one forward to the next. Where a loss is split ({@code a.backward(); b.backward()} after one
 * forward), the second backward brings the gradients that the first left open, and only both together say what went unused.
 */
public final class PassCutter {
    private static final int NO_CONTINUATION = PassFlags.NO_SYNC | PassFlags.PARTIAL | PassFlags.FORWARD_RAN;

    /** Gets the pieces, in the order of time. */
    public interface Pieces {
        /**
         * Passes that ran to their end.
         *
         * @param counts DDP was to average them, so what is clear went unused
         */
        void whole(long first, long last, long[] used, boolean counts);

        /** Passes that raised. */
        void raised(long first, long last, long[] used, int flags);
    }

    private final Timeline timeline;
    private final boolean plain;
    private final Pieces pieces;
    private final boolean splits;

    /** @param plain no DDP: each pass that ran to its end counts */
    public PassCutter(Timeline timeline, boolean plain, Pieces pieces) {
        this.timeline = timeline;
        this.plain = plain;
        this.pieces = pieces;
        this.splits = !plain && splits(timeline);
    }

    private static boolean splits(Timeline timeline) {
        for (int run = 1; run < timeline.runs(); run++) {
            if (continues(timeline, run)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the run's passes came with no forward of their own, right after one that had one. */
    private static boolean continues(Timeline timeline, int run) {
        return run > 0
                && (timeline.flags(run) & NO_CONTINUATION) == 0
                && timeline.first(run) == timeline.last(run - 1) + 1;
    }

    /** Gives all pieces. */
    public void cut() {
        for (int run = 0; run < timeline.runs(); run++) {
            long[] used = timeline.pattern(timeline.patternOf(run));
            int flags = timeline.flags(run);
            if ((flags & PassFlags.PARTIAL) != 0) {
                pieces.raised(timeline.first(run), timeline.last(run), used, flags);
            } else if (!splits || !SyncRule.isSynchronised(flags)) {
                boolean counts = plain || SyncRule.isSynchronised(flags);
                pieces.whole(timeline.first(run), timeline.last(run), used, counts);
            } else {
                cutSplit(run, used);
            }
        }
    }

    private void cutSplit(int run, long[] used) {
        long last = timeline.last(run);
        if (timeline.first(run) < last) {
            pieces.whole(timeline.first(run), last - 1, used, true);
        }
        int next = run + 1;
        boolean nextSeen = next < timeline.runs() && timeline.first(next) == last + 1;
        if (next < timeline.runs() && continues(timeline, next)) {
            long[] all = used.clone();
            for (; next < timeline.runs() && continues(timeline, next); next++) {
                Words.or(all, timeline.pattern(timeline.patternOf(next)));
            }
            pieces.whole(last, last, all, true);
        } else {
            // Where the pass after this one was not watched, it may have brought the rest.
            pieces.whole(last, last, used, nextSeen);
        }
    }
}
