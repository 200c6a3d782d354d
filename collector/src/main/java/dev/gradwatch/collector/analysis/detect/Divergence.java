package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.analysis.ledger.Words;
import dev.gradwatch.collector.model.Confidence;
import dev.gradwatch.collector.model.Evidence;
import java.util.ArrayList;
import java.util.List;

/**
 * "Used here and not there in the same pass", exactly: a sweep over the run boundaries of all ranks. Between two boundaries no pattern changes, so
 * each stretch of passes is looked at once, whatever its length. Work: stretches × ranks × words.
 */
final class Divergence {
    private final List<RankFacts> ranks;
    private final long[] candidates;
    private final long[] parameters;
    private final long[][] unusedOn;
    private final int[] at;
    private long passes;
    private long first = -1;
    private long last = -1;
    private long stretches;

    /** @param candidates words of the parameters that are asked about */
    Divergence(List<RankFacts> ranks, long[] candidates) {
        this.ranks = ranks;
        this.candidates = candidates;
        this.parameters = new long[candidates.length];
        this.unusedOn = new long[ranks.size()][];
        this.at = new int[ranks.size()];
        if (ranks.size() > 1 && !Words.isEmpty(candidates)) {
            sweep();
        }
    }

    private void sweep() {
        long pass = Long.MAX_VALUE;
        for (RankFacts rank : ranks) {
            if (rank.comparable().size() > 0) {
                pass = Math.min(pass, rank.comparable().run(0).first());
            }
        }
        while (pass != Long.MAX_VALUE) {
            pass = stretch(pass);
        }
    }

    /** Looks at the passes from this one to the next boundary, and returns that; {@link Long#MAX_VALUE} where there is none. */
    private long stretch(long pass) {
        long[] used = new long[candidates.length];
        long[] unused = new long[candidates.length];
        long next = Long.MAX_VALUE;
        boolean active = false;
        for (int r = 0; r < at.length; r++) {
            PassRuns runs = ranks.get(r).comparable();
            while (at[r] < runs.size() && runs.run(at[r]).last() < pass) {
                at[r]++;
            }
            if (at[r] == runs.size()) {
                continue;
            }
            PassRuns.Run run = runs.run(at[r]);
            if (run.first() > pass) {
                next = Math.min(next, run.first());
            } else {
                active = true;
                next = Math.min(next, run.last() + 1);
                Words.or(used, run.used());
                Words.or(unused, run.unused());
            }
        }
        stretches += active ? 1 : 0;
        Words.and(used, unused);
        Words.and(used, candidates);
        if (!Words.isEmpty(used)) {
            add(used, pass, next - 1);
        }
        return next;
    }

    private void add(long[] divergent, long firstPass, long lastPass) {
        Words.or(parameters, divergent);
        passes += lastPass - firstPass + 1;
        first = first < 0 ? firstPass : first;
        last = lastPass;
        for (int r = 0; r < at.length; r++) {
            PassRuns runs = ranks.get(r).comparable();
            if (at[r] < runs.size() && runs.run(at[r]).first() <= firstPass) {
                long[] here = divergent.clone();
                Words.and(here, runs.run(at[r]).unused());
                addUnused(r, here);
            }
        }
    }

    private void addUnused(int r, long[] words) {
        if (Words.isEmpty(words)) {
            return;
        }
        if (unusedOn[r] == null) {
            unusedOn[r] = words;
        } else {
            Words.or(unusedOn[r], words);
        }
    }

    /** Adds what torch's texts prove of a pass that was not watched. */
    void addByTorch(int rankIndex, long[] words, long pass) {
        Words.or(parameters, words);
        addUnused(rankIndex, words.clone());
        passes++;
        first = first < 0 ? pass : Math.min(first, pass);
        last = Math.max(last, pass);
    }

    /** Adds parameters whose divergence follows from their siblings'. */
    void addAlso(long[] words) {
        Words.or(parameters, words);
    }

    /** Words of the parameters that diverged in any pass. */
    long[] parameters() {
        return parameters;
    }

    /** Whether the rank left any of them unused in a pass in which another used it. */
    boolean unusedOn(int rankIndex) {
        return unusedOn[rankIndex] != null;
    }

    /** Numbers of the ranks that left any of them unused in a pass in which another used it. */
    List<Integer> unusedRanks() {
        List<Integer> numbers = new ArrayList<>();
        for (int r = 0; r < ranks.size(); r++) {
            if (unusedOn(r)) {
                numbers.add(ranks.get(r).rank());
            }
        }
        return numbers;
    }

    Evidence evidence() {
        return new Evidence(passes, first, last, Confidence.ofSteps(passes));
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

    /** Stretches looked at, the measure of its work. */
    long stretches() {
        return stretches;
    }
}
