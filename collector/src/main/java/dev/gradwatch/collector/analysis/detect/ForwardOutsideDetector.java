package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.analysis.advice.Wording;
import dev.gradwatch.collector.analysis.ledger.Timeline;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Confidence;
import dev.gradwatch.collector.model.Evidence;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.PassFlags;
import dev.gradwatch.collector.model.Severity;
import java.util.List;

/**
 * {@code forward_outside_ddp}: backward passes that no forward of DDP went before, so nothing was averaged. Where all are so it is certain; where some
 * are (a GAN may well call its discriminator's module while the generator learns) the ranks' weights must be seen to differ.
 */
final class ForwardOutsideDetector implements Detector {
    private static final int MEANT_TO_SYNC = PassFlags.NO_SYNC | PassFlags.PARTIAL;

    /** Checksums that must agree before a user who averages by hand is believed to. */
    private static final int AVERAGED_BY_HAND = 3;

    private record Passes(long outside, long inside, long first, long last) {}

    @Override
    public List<Finding> detect(ModelView model) {
        if (model.plain()) {
            return List.of();
        }
        Passes passes = passes(model);
        Checksums checksums = new Checksums(model);
        if (!holds(passes, checksums)) {
            return List.of();
        }
        boolean alone = model.job().worldSize() == 1;
        Draft draft = new Draft(model, Cause.FORWARD_OUTSIDE_DDP, alone ? Severity.INFO : Severity.CRITICAL, new int[0])
                .evidence(new Evidence(passes.outside(), passes.first(), passes.last(), Confidence.HIGH));
        draft.title("the forward goes around DDP, so no gradient is averaged");
        draft.detail((passes.inside() == 0 && passes.outside() > 1 ? "All " : "")
                + Wording.count(passes.outside(), "backward pass")
                + " came without a forward of DDP's own, " + draft.onRanks()
                + (alone
                        ? "; with more ranks, they would train apart."
                        : ": each rank trains a model of its own, and nothing raises.")
                + (checksums.differing() > 0
                        ? " The ranks' weights differ since backward pass " + checksums.first() + "."
                        : ""));
        draft.advise(draft.make()
                .callTheDdpModule(
                        "DDP averages only what its own forward prepared: call the wrapped model, not its .module."));
        draft.avoid(Action.FIND_UNUSED_PARAMETERS, "DDP's forward does not run, so the flag is never looked at.");
        draft.avoid(Action.STATIC_GRAPH, "DDP's forward does not run, so the flag is never looked at.");
        return List.of(draft.finding());
    }

    private static boolean holds(Passes passes, Checksums checksums) {
        if (passes.outside() == 0) {
            return false;
        }
        if (passes.inside() > 0) {
            return checksums.differing() > 0;
        }
        return checksums.differing() > 0 || checksums.compared() < AVERAGED_BY_HAND;
    }

    private static Passes passes(ModelView model) {
        long outside = 0;
        long inside = 0;
        long first = Long.MAX_VALUE;
        long last = 0;
        for (RankFacts rank : model.ranks()) {
            Timeline used = rank.model().used();
            long rankOutside = 0;
            for (int run = 0; run < used.runs(); run++) {
                int flags = used.flags(run);
                if ((flags & MEANT_TO_SYNC) != 0) {
                    continue;
                }
                long count = used.last(run) - used.first(run) + 1;
                if ((flags & PassFlags.FORWARD_RAN) != 0) {
                    inside += count;
                } else {
                    rankOutside += count;
                    first = Math.min(first, used.first(run));
                    last = Math.max(last, used.last(run));
                }
            }
            outside = Math.max(outside, rankOutside);
        }
        return new Passes(outside, inside, first, last);
    }
}
