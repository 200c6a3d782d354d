package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.analysis.advice.Wording;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Severity;
import java.util.List;

/**
 * {@code intermittent}, {@code late_first_use} and {@code rank_divergent} of a model that DJL trains: worth knowing, since the optimizer moves what a step
 * did not use, and no trouble by itself.
 */
final class DjlSometimesUsedDetector implements Detector {
    private final Cause cause;

    /** @param cause one of the three */
    DjlSometimesUsedDetector(Cause cause) {
        this.cause = cause;
    }

    @Override
    public List<Finding> detect(ModelView model) {
        int[] parameters = model.causes().of(cause);
        if (parameters.length == 0) {
            return List.of();
        }
        Draft draft = new Draft(model, cause, Severity.INFO, parameters);
        if (cause == Cause.RANK_DIVERGENT) {
            describeDivergent(model, draft);
        } else {
            describe(model, draft, parameters);
        }
        return List.of(draft.finding());
    }

    private void describe(ModelView model, Draft draft, int[] parameters) {
        draft.ranks(model.causes().ranksLeaving(parameters));
        draft.title(draft.subject() + " " + Wording.is(draft.groups())
                + (cause == Cause.INTERMITTENT
                        ? " used in some steps only"
                        : " not used in the first steps, and used later"));
        draft.detail(draft.share() + " got no gradient in some of "
                + Wording.stepsSeen(draft.evidence().steps()) + ", "
                + draft.onRanks() + "; first used in backward pass " + draft.firstUsed()
                + ". Nothing fails of it; in the other steps DJL's optimizer takes their gradient for zero.");
        draft.advise(draft.djl()
                .keepOrFreezeUnused(
                        draft.names(),
                        "Weight decay and momentum move the weights in steps that do not use them too; where that must not be, freeze "
                                + Wording.it(draft.groups()) + " for those steps."));
    }

    private static void describeDivergent(ModelView model, Draft draft) {
        Divergence divergence = model.causes().divergence();
        long passes = divergence.passes();
        draft.ranks(divergence.unusedRanks()).evidence(divergence.evidence());
        draft.title(draft.subject() + " " + Wording.is(draft.groups())
                + " used on some ranks and not on others in the same step");
        draft.detail(draft.share() + " went unused " + draft.onRanks() + " while another rank used them, in "
                + Wording.count(passes, "step") + ", first in backward pass " + divergence.first()
                + ". Nothing fails of it: DJL adds up the gradients of all devices.");
    }
}
