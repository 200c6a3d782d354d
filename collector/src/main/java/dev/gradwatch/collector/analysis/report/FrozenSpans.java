package dev.gradwatch.collector.analysis.report;

import dev.gradwatch.collector.analysis.ledger.Words;
import dev.gradwatch.collector.analysis.state.RankModel;
import dev.gradwatch.collector.model.Manifest;
import dev.gradwatch.collector.model.TrainableChange;
import java.util.List;

/** Which parameters were frozen in which pass, on one rank; words. */
final class FrozenSpans {
    private final long[] empty;
    private final long[] atFirst;
    private final List<TrainableChange> changes;

    FrozenSpans(RankModel rank) {
        List<Manifest.Parameter> parameters = rank.manifest().parameters();
        changes = rank.changes();
        empty = new long[Words.count(parameters.size())];
        atFirst = new long[empty.length];
        for (int p = 0; p < parameters.size(); p++) {
            if (parameters.get(p).elements() == 0) {
                Words.set(empty, p);
            }
            if (!parameters.get(p).trainable()) {
                Words.set(atFirst, p);
            }
        }
        // The manifest may be a later one, so what flipped was before its first flip what that flip ended.
        for (int c = changes.size() - 1; c >= 0; c--) {
            flip(atFirst, changes.get(c).unfrozen(), changes.get(c).frozen());
        }
    }

    private static void flip(long[] words, List<Integer> on, List<Integer> off) {
        on.forEach(p -> Words.set(words, p));
        off.forEach(p -> words[p >>> 6] &= ~(1L << p));
    }

    /** Those without elements, whose every gradient is zero. */
    long[] empty() {
        return empty;
    }

    /** Those that were frozen in that pass; not to be written. */
    long[] at(long pass) {
        if (changes.isEmpty()) {
            return atFirst;
        }
        long[] frozen = atFirst.clone();
        for (TrainableChange change : changes) {
            if (change.backward() <= pass) {
                flip(frozen, change.frozen(), change.unfrozen());
            }
        }
        return frozen;
    }
}
