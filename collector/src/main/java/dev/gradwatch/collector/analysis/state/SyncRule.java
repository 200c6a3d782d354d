package dev.gradwatch.collector.analysis.state;

import dev.gradwatch.collector.analysis.ledger.Timeline;
import dev.gradwatch.collector.analysis.ledger.Words;
import dev.gradwatch.collector.model.Manifest;
import dev.gradwatch.collector.model.PassFlags;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * After which passes DDP has made the gradients of all ranks equal. Without find_unused_parameters that takes a gradient for every reduced
 * parameter, with static_graph one for exactly those of the first pass: else DDP still waits, and ranks differ because the job is about to die.
 */
public final class SyncRule {
    private static final int LOOKED_AT = PassFlags.NO_SYNC | PassFlags.FORWARD_RAN | PassFlags.PARTIAL;

    private final Manifest.@Nullable DdpSettings ddp;
    private final long[] reduced;

    SyncRule(Manifest manifest) {
        this.ddp = manifest.ddp();
        this.reduced = reducedOf(manifest);
    }

    /** The parameters that DDP averages. */
    public static long[] reducedOf(Manifest manifest) {
        List<Manifest.Parameter> parameters = manifest.parameters();
        long[] words = new long[Words.count(parameters.size())];
        for (int i = 0; i < parameters.size(); i++) {
            if (parameters.get(i).reduced()) {
                Words.set(words, i);
            }
        }
        return words;
    }

    /** Whether the flags are those of a whole pass that DDP was to average. */
    public static boolean isSynchronised(int flags) {
        return (flags & LOOKED_AT) == PassFlags.FORWARD_RAN;
    }

    /** @param timeline of the rank, this pass included */
    boolean holds(int flags, long[] used, Timeline timeline) {
        // A communication hook may average less than all, or later.
        if (ddp == null || ddp.commHook() || !isSynchronised(flags)) {
            return false;
        }
        if (ddp.staticGraph()) {
            long[] first = firstUse(timeline);
            return first == null || Arrays.equals(first, used);
        }
        return ddp.findUnusedParameters() || Words.contains(used, reduced);
    }

    boolean heldIn(long backward, Timeline used) {
        for (int run = used.runs() - 1; run >= 0; run--) {
            if (used.first(run) <= backward && backward <= used.last(run)) {
                return holds(used.flags(run), used.pattern(used.patternOf(run)), used);
            }
        }
        return false;
    }

    private static long @Nullable [] firstUse(Timeline used) {
        for (int run = 0; run < used.runs(); run++) {
            if (isSynchronised(used.flags(run))) {
                return used.pattern(used.patternOf(run));
            }
        }
        return null;
    }

    long[] reduced() {
        return reduced;
    }
}
