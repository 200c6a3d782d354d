package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.analysis.ledger.Timeline;
import dev.gradwatch.collector.analysis.ledger.Words;
import dev.gradwatch.collector.analysis.state.RankModel;
import dev.gradwatch.collector.analysis.state.RankState;
import dev.gradwatch.collector.model.LedgerSnapshot.Counts;
import dev.gradwatch.collector.model.PassFlags;
import dev.gradwatch.collector.model.Probe;
import dev.gradwatch.collector.model.Step;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which parameters of a model one rank used and which it left unused, over all passes that its ledger holds.
 *
 * <p>A pass <i>counts</i> where it ran to its end and DDP was to average it (of a plain module: where it ran to its end). Of a pass that raised,
 * a set bit proves use and a clear one proves nothing.
 */
public final class RankFacts {
    private final int rank;
    private final RankState state;
    private final RankModel model;
    private final boolean plain;
    private final long[] used;
    private final long[] usedWhole;
    private final long[] unused;
    private final long[] firstUsed;
    private final long[] lastUnused;
    private final PassRuns comparable = new PassRuns();
    private long counted;
    private long firstCounted = -1;
    private long lastCounted = -1;
    private int countedPatterns;
    private boolean changed;

    RankFacts(int rank, RankState state, RankModel model) {
        this.rank = rank;
        this.state = state;
        this.model = model;
        this.plain = model.manifest().ddp() == null;
        int parameters = model.manifest().parameters().size();
        used = new long[Words.count(parameters)];
        usedWhole = new long[used.length];
        unused = new long[used.length];
        firstUsed = new long[parameters];
        lastUnused = new long[parameters];
        Arrays.fill(firstUsed, Long.MAX_VALUE);
        Arrays.fill(lastUnused, -1);
        addFolded(model.used().counts());
        addRuns(model.used());
        Step open = model.open();
        if (open != null) {
            addRaised(open.backward(), open.backward(), open.used(), open.flags());
        }
    }

    private void addFolded(@Nullable Counts counts) {
        if (counts == null) {
            return;
        }
        long whole = counts.passes() - counts.partial() - (plain ? 0 : counts.noSync());
        count(whole, counts.first(), counts.last());
        for (int p = 0; p < firstUsed.length; p++) {
            long uses = counts.by().get(0)[p];
            if (uses > 0) {
                Words.set(used, p);
                Words.set(usedWhole, p);
                firstUsed[p] = counts.first();
            }
            // Uses in passes that do not count are among them, so this many passes that count left it unused at the
            // least.
            if (whole - uses > 0) {
                Words.set(unused, p);
                lastUnused[p] = counts.last();
            }
        }
        countedPatterns = whole > 0 ? 2 : 0;
    }

    private void addRuns(Timeline timeline) {
        Map<LongBuffer, Tally> tallies = new HashMap<>();
        new PassCutter(timeline, plain, new PassCutter.Pieces() {
                    @Override
                    public void whole(long first, long last, long[] pattern, boolean counts) {
                        Tally tally =
                                tallies.computeIfAbsent(LongBuffer.wrap(pattern), words -> new Tally(not(pattern)));
                        tally.first = Math.min(tally.first, first);
                        if (counts) {
                            count(last - first + 1, first, last);
                            countedPatterns += tally.lastCounting < 0 ? 1 : 0;
                            tally.lastCounting = last;
                            comparable.add(first, last, pattern, tally.unused);
                        }
                    }

                    @Override
                    public void raised(long first, long last, long[] pattern, int flags) {
                        addRaised(first, last, pattern, flags);
                    }
                })
                .cut();
        tallies.forEach((pattern, tally) -> addPattern(pattern.array(), tally));
    }

    /** Of a pattern: when it first held, and when it last did in a pass that counts. */
    private static final class Tally {
        final long[] unused;
        long first = Long.MAX_VALUE;
        long lastCounting = -1;

        Tally(long[] unused) {
            this.unused = unused;
        }
    }

    private void addPattern(long[] pattern, Tally tally) {
        Words.or(used, pattern);
        Words.or(usedWhole, pattern);
        for (int p : Words.bits(pattern)) {
            firstUsed[p] = Math.min(firstUsed[p], tally.first);
        }
        if (tally.lastCounting >= 0) {
            Words.or(unused, tally.unused);
            for (int p : Words.bits(tally.unused)) {
                lastUnused[p] = Math.max(lastUnused[p], tally.lastCounting);
            }
        }
    }

    private void addRaised(long first, long last, long[] pattern, int flags) {
        Words.or(used, pattern);
        for (int p : Words.bits(pattern)) {
            firstUsed[p] = Math.min(firstUsed[p], first);
        }
        if ((flags & PassFlags.NO_SYNC) == 0) {
            comparable.add(first, last, pattern, first == last ? neverRan(first, pattern) : new long[used.length]);
        }
    }

    /** What a pass that raised did not use for certain: its module did not even run forward. */
    private long[] neverRan(long backward, long[] pattern) {
        long[] gone = new long[used.length];
        for (Probe probe : model.probes()) {
            if (probe.backward() == backward && Structure.showsModules(model.manifest(), probe, pattern)) {
                for (int p = 0; p < firstUsed.length; p++) {
                    int module = model.manifest().parameters().get(p).module();
                    if (!Structure.ran(model.manifest(), probe, module) && !Words.get(pattern, p)) {
                        Words.set(gone, p);
                    }
                }
            }
        }
        return gone;
    }

    private void count(long passes, long first, long last) {
        if (passes > 0) {
            counted += passes;
            firstCounted = firstCounted < 0 ? first : Math.min(firstCounted, first);
            lastCounted = Math.max(lastCounted, last);
        }
    }

    private long[] not(long[] pattern) {
        long[] gone = new long[pattern.length];
        int parameters = firstUsed.length;
        for (int w = 0; w < gone.length; w++) {
            gone[w] = ~pattern[w];
        }
        if ((parameters & 63) != 0) {
            gone[gone.length - 1] &= (1L << (parameters & 63)) - 1;
        }
        return gone;
    }

    /** Torch's own word that the parameter went unused in a pass that may not have been watched. */
    void addUnusedByTorch(int parameter, long backward) {
        changed |= Words.get(usedWhole, parameter);
        Words.set(unused, parameter);
        lastUnused[parameter] = Math.max(lastUnused[parameter], backward);
    }

    /** Torch's own word that the pass, which raised, used parameters that the first did not: these, as far as can be told. */
    void addUsedByTorch(long[] parameters, long backward) {
        addRaised(backward, backward, parameters, 0);
    }

    /** The probe of that pass; null where there is none. */
    @Nullable
    Probe probeOf(long backward) {
        for (Probe probe : model.probes()) {
            if (probe.backward() == backward) {
                return probe;
            }
        }
        return null;
    }

    /** The parameter's use follows from that of another of its module, in a pass that raised between the two. */
    void addUsedWithSibling(int parameter, int sibling) {
        Words.set(used, parameter);
        firstUsed[parameter] = Math.min(firstUsed[parameter], firstUsed[sibling]);
    }

    public int rank() {
        return rank;
    }

    RankState state() {
        return state;
    }

    public RankModel model() {
        return model;
    }

    /** Words: used in any pass, those that raised included. */
    public long[] used() {
        return used;
    }

    /** Words: used in a pass that ran to its end. */
    long[] usedWhole() {
        return usedWhole;
    }

    /** Words: unused in a pass that counts. */
    public long[] unused() {
        return unused;
    }

    /** {@link Long#MAX_VALUE} where it never was. */
    long firstUsed(int parameter) {
        return firstUsed[parameter];
    }

    /** -1 where it always was used. */
    long lastUnused(int parameter) {
        return lastUnused[parameter];
    }

    PassRuns comparable() {
        return comparable;
    }

    /** Passes that count. */
    public long counted() {
        return counted;
    }

    long firstCounted() {
        return firstCounted;
    }

    long lastCounted() {
        return lastCounted;
    }

    /** Whether the passes that count all used the same parameters, and torch tells of none that did not. */
    boolean steady() {
        return countedPatterns <= 1 && !changed;
    }
}
