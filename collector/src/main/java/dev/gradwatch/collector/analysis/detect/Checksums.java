package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.analysis.ledger.SampleSeries;
import dev.gradwatch.collector.analysis.state.NormRing;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Weight checksums of all ranks, compared pass by pass: whether what should be one model has become several. */
final class Checksums {
    /**
     * Relative distance from which two checksums differ. A checksum is a sum in 64 bits of norms in 32; like devices give equal ones.
     */
    static final double TOLERANCE = 1e-5;

    private record Reference(int rank, double value) {}

    private final BitSet ranks = new BitSet();
    private long compared;
    private long differing;
    private long first = -1;
    private long last = -1;

    Checksums(ModelView model) {
        boolean comparable = model.job().worldSize() > 1
                && !model.plain()
                // Parameters that DDP was told to ignore may differ by design, and the checksum is over all.
                && model.manifest().parameters().stream().noneMatch(p -> p.trainable() && !p.reduced());
        if (comparable) {
            compare(model.ranks());
        }
    }

    private void compare(List<RankFacts> facts) {
        Map<Long, Reference> references = new HashMap<>();
        for (RankFacts rank : facts) {
            SampleSeries series = rank.model().ledger().checksums();
            for (int i = 0; i < series.size(); i++) {
                Reference own = new Reference(rank.rank(), series.value(i));
                Reference other = references.putIfAbsent(series.backward(i), own);
                if (other != null) {
                    compared++;
                    if (NormRing.apart(other.value(), own.value(), TOLERANCE)) {
                        differ(series.backward(i), own.rank(), other.rank());
                    }
                }
            }
        }
    }

    private void differ(long backward, int rank, int other) {
        differing++;
        first = first < 0 ? backward : Math.min(first, backward);
        last = Math.max(last, backward);
        ranks.set(rank);
        ranks.set(other);
    }

    /** Ranks that took part in a difference. */
    BitSet ranks() {
        return ranks;
    }

    /** Comparisons made. */
    long compared() {
        return compared;
    }

    /** Those that differed. */
    long differing() {
        return differing;
    }

    /** -1 where none differed. */
    long first() {
        return first;
    }

    long last() {
        return last;
    }
}
