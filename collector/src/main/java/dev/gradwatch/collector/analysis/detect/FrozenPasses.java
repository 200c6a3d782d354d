package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.analysis.ledger.Words;
import dev.gradwatch.collector.model.TrainableChange;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which parameters went unused in passes in which they were frozen. A parameter that is frozen between passes only (a GAN's discriminator while
 * the generator learns) has none, and is no trouble.
 */
final class FrozenPasses {
    private final long[] frozen;
    private final long[] stillFrozen;
    private final long[] unfrozen;
    private long passes;
    private long first = Long.MAX_VALUE;
    private long last = -1;

    FrozenPasses(RankFacts rank) {
        int words = rank.used().length;
        frozen = new long[words];
        stillFrozen = new long[words];
        unfrozen = new long[words];
        List<TrainableChange> changes = rank.model().changes();
        for (int c = 0; c < changes.size(); c++) {
            for (int p : changes.get(c).unfrozen()) {
                Words.set(unfrozen, p);
            }
            addFrozenBy(rank, changes, c);
        }
    }

    private void addFrozenBy(RankFacts rank, List<TrainableChange> changes, int c) {
        // Parameters thaw together, so there are few different ends.
        Map<Long, long[]> byEnd = new HashMap<>();
        for (int p : changes.get(c).frozen()) {
            long end = thawedAt(changes, c, p);
            Words.set(byEnd.computeIfAbsent(end, pass -> new long[frozen.length]), p);
            if (end == Long.MAX_VALUE) {
                Words.set(stillFrozen, p);
            }
        }
        byEnd.forEach((end, group) -> addUnused(rank, group, changes.get(c).backward(), end - 1));
    }

    private static long thawedAt(List<TrainableChange> changes, int after, int parameter) {
        for (TrainableChange change : changes.subList(after + 1, changes.size())) {
            if (change.unfrozen().contains(parameter)) {
                return change.backward();
            }
        }
        return Long.MAX_VALUE;
    }

    private void addUnused(RankFacts rank, long[] group, long from, long to) {
        PassRuns runs = rank.comparable();
        for (int r = 0; r < runs.size(); r++) {
            PassRuns.Run run = runs.run(r);
            if (run.last() < from || run.first() > to) {
                continue;
            }
            long[] gone = group.clone();
            Words.and(gone, run.unused());
            if (!Words.isEmpty(gone)) {
                Words.or(frozen, gone);
                long begin = Math.max(run.first(), from);
                long end = Math.min(run.last(), to);
                passes += end - begin + 1;
                first = Math.min(first, begin);
                last = Math.max(last, end);
            }
        }
    }

    /** Words: went unused while frozen. */
    long[] unusedWhileFrozen() {
        return frozen;
    }

    /** Words: frozen, and not thawed since. */
    long[] stillFrozen() {
        return stillFrozen;
    }

    /** Words: requires_grad went on at some time. */
    long[] unfrozen() {
        return unfrozen;
    }

    long passes() {
        return passes;
    }

    long first() {
        return first;
    }

    long last() {
        return last;
    }
}
