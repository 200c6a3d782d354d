package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.analysis.advice.Wording;
import dev.gradwatch.collector.analysis.detect.Fate.Mode;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Confidence;
import dev.gradwatch.collector.model.Evidence;
import dev.gradwatch.collector.model.Finding;
import java.util.List;

/** {@code frozen_after_wrap}: requires_grad went off when DDP already counted on a gradient. */
final class FrozenAfterWrapDetector implements Detector {
    @Override
    public List<Finding> detect(ModelView model) {
        int[] parameters = model.causes().of(Cause.FROZEN_AFTER_WRAP);
        if (parameters.length == 0 || model.plain()) {
            return List.of();
        }
        long passes = 0;
        long first = Long.MAX_VALUE;
        long last = 0;
        for (FrozenPasses frozen : model.causes().frozen()) {
            passes = Math.max(passes, frozen.passes());
            first = Math.min(first, frozen.first());
            last = Math.max(last, frozen.last());
        }
        first = first == Long.MAX_VALUE ? last : first;
        Draft draft = new Draft(model, Cause.FROZEN_AFTER_WRAP, model.fate().ofNeverUsed(false), parameters)
                .ranks(model.causes().ranksLeaving(parameters))
                .evidence(new Evidence(Math.max(1, passes), first, last, Confidence.HIGH));
        draft.title(draft.subject() + " " + (Wording.is(draft.groups()).equals("are") ? "were" : "was")
                + " frozen after DDP was built");
        draft.detail("requires_grad went off for " + draft.share() + ", " + draft.onRanks() + ", before backward pass "
                + first + "; DDP still waits for their gradients.");
        draft.advise(draft.make()
                .freezeBeforeWrap(
                        draft.names(),
                        "DDP decides when it is built which gradients it waits for: freeze "
                                + Wording.it(draft.groups()) + " before, or wrap again after the freeze."));
        draft.avoid(
                Action.STATIC_GRAPH,
                "The graph changed when the parameters were frozen, which static_graph forbids: it raises.");
        if (model.fate().mode() != Mode.FIND) {
            draft.avoid(
                    Action.FIND_UNUSED_PARAMETERS,
                    "It would run, and pay a graph traversal in each iteration to find out what is known already.");
        }
        return List.of(draft.provedBy(TorchText.UNUSED).finding());
    }
}
