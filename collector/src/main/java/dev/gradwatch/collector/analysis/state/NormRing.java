package dev.gradwatch.collector.analysis.state;

import dev.gradwatch.collector.analysis.ledger.Words;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Gradient norms of a model in its latest synchronised passes, to see whether the ranks still agree. Of each pass the first rank's norms are kept
 * and the others' compared with them. What once differed stays known until a rank starts a new life.
 */
public final class NormRing {
    /** Passes in which a slower rank may still be compared. */
    public static final int PASSES = 16;

    /**
     * Norms that are further apart than this, relative to the larger, differ. After an all-reduce they are equal to the last bit on like
     * devices; unlike ones may round a sum of squares differently.
     */
    public static final double TOLERANCE = 1e-3;

    private final Deque<Pass> passes = new ArrayDeque<>();
    private @Nullable Difference difference;

    /**
     * What differed.
     *
     * @param passes passes in which a parameter differed
     * @param parameters words, of those that differed in any
     */
    public record Difference(long passes, long first, long last, long[] parameters, BitSet ranks) {}

    private static final class Pass {
        final long backward;
        final int rank;
        final float[] norms;
        boolean differs;

        Pass(long backward, int rank, float[] norms) {
            this.backward = backward;
            this.rank = rank;
            this.norms = norms;
        }
    }

    /** @param norms kept, and never written */
    void add(int rank, long backward, float[] norms, long[] compared) {
        for (Pass pass : passes) {
            if (pass.backward == backward) {
                compare(pass, rank, norms, compared);
                return;
            }
        }
        if (passes.size() == PASSES) {
            passes.removeFirst();
        }
        passes.addLast(new Pass(backward, rank, norms));
    }

    private void compare(Pass pass, int rank, float[] norms, long[] compared) {
        if (pass.rank == rank || pass.norms.length != norms.length) {
            return;
        }
        // Equal to the last bit is by far the usual case.
        int unlike = Arrays.mismatch(norms, pass.norms);
        if (unlike < 0) {
            return;
        }
        long[] differing = new long[compared.length];
        boolean any = false;
        for (int i = unlike; i < norms.length; i++) {
            if (norms[i] != pass.norms[i] && apart(norms[i], pass.norms[i]) && Words.get(compared, i)) {
                Words.set(differing, i);
                any = true;
            }
        }
        if (any) {
            remember(pass, rank, differing);
        }
    }

    /** Whether both are finite, and further apart than the tolerance. A missing gradient (-1) is no value to compare. */
    public static boolean apart(double a, double b) {
        return apart(a, b, TOLERANCE);
    }

    /** Likewise with a tolerance of the caller's. */
    public static boolean apart(double a, double b, double tolerance) {
        return a >= 0
                && b >= 0
                && Double.isFinite(a)
                && Double.isFinite(b)
                && Math.abs(a - b) > tolerance * Math.max(a, b);
    }

    private void remember(Pass pass, int rank, long[] differing) {
        Difference known = difference;
        BitSet ranks = known == null ? new BitSet() : (BitSet) known.ranks().clone();
        ranks.set(pass.rank);
        ranks.set(rank);
        if (known != null) {
            Words.or(differing, known.parameters());
        }
        difference = new Difference(
                (known == null ? 0 : known.passes()) + (pass.differs ? 0 : 1),
                known == null ? pass.backward : Math.min(known.first(), pass.backward),
                known == null ? pass.backward : Math.max(known.last(), pass.backward),
                differing,
                ranks);
        pass.differs = true;
    }

    /** What another collector's ring had seen; kept where this one saw nothing yet. */
    void remember(Difference earlier) {
        if (difference == null) {
            difference = earlier;
        }
    }

    /** Null where nothing differed. */
    public @Nullable Difference difference() {
        return difference;
    }
}
