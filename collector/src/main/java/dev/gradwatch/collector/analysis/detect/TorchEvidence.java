package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.analysis.ledger.Words;
import dev.gradwatch.collector.model.Probe;
import dev.gradwatch.collector.model.RankFailure;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What torch's own error says of a pass: for one that fell between two watched windows it is the only evidence. A rank that meanwhile waited in a
 * collective, and only saw the connection close, had used what the one that raised had not.
 */
final class TorchEvidence {
    private final ModelView model;
    private final int[] reducedPlaces;
    private final long[] @Nullable [] unused;
    private final boolean[] complete;
    private final boolean[] waited;
    private long pass = -1;

    TorchEvidence(ModelView model, long[] reduced) {
        this.model = model;
        this.reducedPlaces = Words.bits(reduced);
        int ranks = model.ranks().size();
        unused = new long[ranks][];
        complete = new boolean[ranks];
        waited = new boolean[ranks];
        for (int r = 0; r < ranks; r++) {
            for (RankFailure failure : ModelFailures.of(model.ranks().get(r).state(), model.id())) {
                read(r, failure);
            }
        }
    }

    private void read(int r, RankFailure failure) {
        TorchText text = TorchText.of(failure);
        if (text == TorchText.STATIC_CHANGED) {
            readChanged(r, failure);
        }
        waited[r] |= text == TorchText.CONNECTION && failure.where().equals("backward");
        TorchText.Unused said = text == TorchText.UNUSED ? TorchText.unused(failure.message()) : null;
        if (said == null) {
            return;
        }
        long[] words = new long[model.candidates().length];
        for (int place : said.places()) {
            if (place < reducedPlaces.length) {
                Words.set(words, reducedPlaces[place]);
            }
        }
        unused[r] = words;
        complete[r] = said.complete();
        Long completed = failure.backward();
        // The forward that raises speaks of the pass before it.
        pass = Math.max(
                pass, completed != null ? completed - 1 : model.ranks().get(r).lastCounted());
    }

    /**
     * Under static_graph, "your training graph has changed" says that the pass used a parameter that the first one did not, and not which. Those that
     * no pass used are meant; where a probe of the very pass reached some of them, those.
     */
    private void readChanged(int r, RankFailure failure) {
        RankFacts rank = model.ranks().get(r);
        long[] meant = model.candidates().clone();
        Words.and(meant, rank.unused());
        Words.andNot(meant, rank.used());
        long[] shown = rank.used().clone();
        Words.andNot(shown, rank.usedWhole());
        Long completed = failure.backward();
        if (Words.isEmpty(meant) || !Words.isEmpty(shown) || rank.counted() == 0) {
            return;
        }
        long raised = completed != null ? completed : rank.lastCounted() + 1;
        Probe probe = rank.probeOf(raised);
        BitSet reached =
                probe == null ? null : probe.reachesLoss() != null ? probe.reachesLoss() : probe.reachesOutput();
        if (reached != null) {
            long[] narrowed = meant.clone();
            for (int p : Words.bits(meant)) {
                if (!reached.get(p)) {
                    narrowed[p >>> 6] &= ~(1L << p);
                }
            }
            meant = Words.isEmpty(narrowed) ? meant : narrowed;
        }
        rank.addUsedByTorch(meant, raised);
    }

    void addTo(List<RankFacts> ranks) {
        for (int r = 0; r < unused.length; r++) {
            long[] words = unused[r];
            if (words != null) {
                for (int parameter : Words.bits(words)) {
                    ranks.get(r).addUnusedByTorch(parameter, Math.max(0, pass));
                }
            }
        }
    }

    /** Adds the parameters that one rank's error names and another's does not, or that a waiting rank must have used. */
    void addTo(Divergence divergence) {
        for (int r = 0; r < unused.length; r++) {
            long[] words = unused[r];
            if (words == null) {
                continue;
            }
            long[] elsewhere = new long[words.length];
            for (int other = 0; other < unused.length; other++) {
                long[] theirs = unused[other];
                boolean watched = model.ranks().get(other).lastCounted() >= pass;
                if (other != r && !watched && (theirs != null ? complete[other] : waited[other])) {
                    long[] used = words.clone();
                    if (theirs != null) {
                        Words.andNot(used, theirs);
                    }
                    Words.or(elsewhere, used);
                }
            }
            Words.andNot(elsewhere, divergence.parameters());
            if (!Words.isEmpty(elsewhere)) {
                divergence.addByTorch(r, elsewhere, Math.max(0, pass));
            }
        }
    }
}
