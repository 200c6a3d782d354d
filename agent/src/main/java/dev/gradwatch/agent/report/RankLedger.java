package dev.gradwatch.agent.report;

import dev.gradwatch.wire.Change;
import dev.gradwatch.wire.Ledger;
import dev.gradwatch.wire.Limits;
import dev.gradwatch.wire.Step;
import dev.gradwatch.wire.StepFlags;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a rank knows of one model's passes: the rank owns it, the collector holds a copy. Every watched pass is entered before it is offered to the connection, so a
 * slow or absent collector loses nothing. Its size has a bound that does not depend on the length of the job.
 *
 * <p>The training thread enters, the sending thread takes pictures; the lock between them is held for copies alone, never while something is encoded or sent.
 */
final class RankLedger {
    static final int KEPT_FLAGS = StepFlags.NO_SYNC | StepFlags.FORWARD_RAN | StepFlags.PARTIAL | StepFlags.SCALED;

    private final int model;
    private final Patterns used;
    private final Patterns health;
    private final Series totals = new Series();
    private final Deque<Change> changes = new ArrayDeque<>();
    private final Deque<Integer> flips = new ArrayDeque<>();
    private int allFlips;
    private float @Nullable [] lastNorms;
    private final float[] maxNorms;
    private long normsBackward;
    private int normsFlags;
    private long timed;
    private long sumNanos;
    private long minNanos;
    private long maxNanos;
    private long watched;
    private long step;
    private long backward;
    private long lastBackward = -2;

    RankLedger(int model, int parameters) {
        this.model = model;
        used = new Patterns(parameters, 1, patternsThatFit(parameters, 1), Limits.MAX_RUNS);
        health = new Patterns(parameters, 3, patternsThatFit(parameters, 3), Limits.MAX_RUNS);
        maxNorms = new float[parameters];
        Arrays.fill(maxNorms, Step.NO_GRADIENT);
    }

    /** How many patterns of a large model leave room in a frame for everything else that a ledger says. */
    private static int patternsThatFit(int parameters, int planes) {
        long words = (parameters + Long.SIZE - 1L) / Long.SIZE;
        long textBytes = planes * words * Long.BYTES * 4 / 3 + 8;
        return (int) Math.max(2, Math.min(Limits.MAX_PATTERNS, Bounds.PATTERN_TEXT_BYTES / textBytes));
    }

    /**
     * Enters one watched pass.
     *
     * @param pattern the used bitmap, kept without a copy
     * @param flags of the Step
     * @param stepNanos from the end of the pass before; 0 where there was none
     * @param norms as in a Step, kept without a copy; null where none were taken
     */
    void enter(long pass, long steps, long[] pattern, int flags, long stepNanos, float @Nullable [] norms) {
        Health seen = norms == null ? null : new Health(norms);
        synchronized (this) {
            watched++;
            step = steps;
            backward = pass;
            used.add(pass, pattern, flags & KEPT_FLAGS);
            if (stepNanos > 0 && lastBackward == pass - 1) {
                minNanos = timed == 0 ? stepNanos : Math.min(minNanos, stepNanos);
                maxNanos = Math.max(maxNanos, stepNanos);
                timed++;
                sumNanos += stepNanos;
            }
            lastBackward = pass;
            if (norms != null && seen != null) {
                enterNorms(pass, norms, seen, flags & KEPT_FLAGS);
            }
        }
    }

    private void enterNorms(long pass, float[] norms, Health seen, int flags) {
        health.add(pass, seen.planes, flags);
        lastNorms = norms;
        for (int i = 0; i < norms.length; i++) {
            if (norms[i] > maxNorms[i] && norms[i] < Float.POSITIVE_INFINITY) {
                maxNorms[i] = norms[i];
            }
        }
        normsBackward = pass;
        normsFlags = flags;
        boolean isSpoiled = (flags & StepFlags.SCALED) != 0 && !Double.isFinite(seen.total);
        if ((flags & StepFlags.PARTIAL) == 0 && !isSpoiled) {
            totals.add(pass, seen.total);
        }
    }

    /** Enters a change that flips so many parameters; past the bounds the oldest are forgotten. */
    synchronized void enter(Change change, int flipped) {
        changes.add(change);
        flips.add(flipped);
        allFlips += flipped;
        while (changes.size() > 1 && (changes.size() > Bounds.MAX_CHANGES || allFlips > Bounds.MAX_FLIPS)) {
            changes.remove();
            allFlips -= flips.remove();
        }
    }

    /** Passes watched. */
    synchronized long watched() {
        return watched;
    }

    /** The whole ledger as it is now, to be encoded without the lock. */
    synchronized Ledger snapshot() {
        List<Change> copied = new ArrayList<>(changes);
        Ledger.Norms norms =
                lastNorms == null ? null : new Ledger.Norms(lastNorms, maxNorms.clone(), normsBackward, normsFlags);
        return new Ledger(
                model,
                watched,
                step,
                backward,
                used.snapshot(),
                health.snapshot(),
                norms,
                totals.snapshot(),
                new Ledger.Series(new long[0], new double[0]),
                copied,
                new Ledger.Times(timed, sumNanos, minNanos, maxNanos));
    }
}
