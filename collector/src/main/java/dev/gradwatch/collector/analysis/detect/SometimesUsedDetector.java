package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.analysis.advice.Wording;
import dev.gradwatch.collector.analysis.detect.Fate.Mode;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Severity;
import java.util.List;

/** {@code intermittent} and {@code late_first_use}: used in some passes and not in others, on all ranks alike. */
final class SometimesUsedDetector implements Detector {
    private final Cause cause;

    /** @param cause one of the two */
    SometimesUsedDetector(Cause cause) {
        this.cause = cause;
    }

    @Override
    public List<Finding> detect(ModelView model) {
        int[] parameters = model.causes().of(cause);
        // Without DDP nobody waits for a gradient, so there is nothing to say.
        if (parameters.length == 0 || model.plain()) {
            return List.of();
        }
        Draft draft = new Draft(model, cause, model.fate().ofSometimesUsed(), parameters)
                .ranks(model.causes().ranksLeaving(parameters));
        draft.title(draft.subject() + " " + Wording.is(draft.groups())
                + (cause == Cause.INTERMITTENT
                        ? " used in some steps only"
                        : " not used in the first steps, and used later"));
        draft.detail(draft.share() + " got no gradient in some of "
                + Wording.stepsSeen(draft.evidence().steps()) + ", "
                + draft.onRanks() + "; first used in backward pass " + draft.firstUsed() + "."
                + (model.fate().mode() == Mode.FIND ? " The job is built for it: find_unused_parameters is on." : ""));
        adviseFlag(model, draft);
        draft.avoid(Action.STATIC_GRAPH, "The graph changes from step to step, which static_graph forbids: it raises.");
        draft.avoid(
                Action.REMOVE_OR_FREEZE_BEFORE_WRAP,
                draft.subject() + " " + Wording.is(draft.groups()) + " used in some steps: frozen, "
                        + (Wording.is(draft.groups()).equals("are") ? "they" : "it")
                        + " would not learn in those either.");
        return List.of(draft.provedBy(TorchText.UNUSED)
                .provedBy(TorchText.STATIC_CHANGED)
                .finding());
    }

    /** The flag, where it is not on already; after non-reentrant checkpointing, where that stands in its way. */
    static void adviseFlag(ModelView model, Draft draft) {
        if (model.fate().mode() == Mode.FIND || model.fate().ofSometimesUsed() == Severity.INFO) {
            return;
        }
        if (model.structure().reentrant()) {
            draft.advise(
                    draft.make()
                            .reentrantFalse(
                                    "The flag that this job needs turns reentrant checkpointing into \"marked ready twice\": change that first."));
        }
        draft.advise(draft.make()
                .findUnused(
                        "DDP then finds in each step what that step does not use, and does not wait for it; that adds a graph traversal an"
                                + " iteration."));
    }
}
