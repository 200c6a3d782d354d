package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.analysis.advice.Wording;
import dev.gradwatch.collector.analysis.detect.Fate.Mode;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import java.util.List;

/** {@code never_called} and {@code graph_cut}: no pass used the parameters, and no path leads from them to the model's output. */
final class NeverUsedDetector implements Detector {
    private final Cause cause;

    /** @param cause one of the two */
    NeverUsedDetector(Cause cause) {
        this.cause = cause;
    }

    @Override
    public List<Finding> detect(ModelView model) {
        int[] parameters = model.causes().of(cause);
        if (parameters.length == 0) {
            return List.of();
        }
        Draft draft = new Draft(model, cause, model.fate().ofNeverUsed(false), parameters)
                .ranks(model.causes().ranksLeaving(parameters));
        draft.title(title(model, draft, parameters));
        draft.detail(draft.share() + " got no gradient, " + draft.onRanks() + ", in "
                + Wording.stepsSeen(draft.evidence().steps()) + "." + doubt(model, draft, parameters));
        advise(model, draft, hidden(model, parameters));
        if (model.fate().torchRaised()) {
            draft.provedBy(TorchText.UNUSED).provedBy(TorchText.STATIC_CHANGED);
        }
        return List.of(draft.finding());
    }

    private String title(ModelView model, Draft draft, int[] parameters) {
        String subject = draft.subject();
        String is = Wording.is(draft.groups());
        if (!model.structure().modulesSeen()) {
            return subject + " got no gradient in any step seen";
        }
        if (cause == Cause.NEVER_CALLED) {
            return subject + " " + is + " registered in " + model.manifest().name() + ", but never called";
        }
        if (hidden(model, parameters)) {
            return subject + " ran inside a reentrant checkpoint and got no gradient";
        }
        return draft.ownsOnlyPart()
                ? subject + " " + is + " registered in a module that runs, but its forward does not use "
                        + Wording.it(draft.groups())
                : subject + " ran, but no path leads from " + Wording.it(draft.groups())
                        + " to the model's output (dropped, detached, argmax or no_grad)";
    }

    private static boolean hidden(ModelView model, int[] parameters) {
        for (int p : parameters) {
            if (!model.structure().hidden(p)) {
                return false;
            }
        }
        return true;
    }

    private String doubt(ModelView model, Draft draft, int[] parameters) {
        StringBuilder text = new StringBuilder(draft.doubtOfFewSteps());
        if (!model.structure().modulesSeen()) {
            text.append(" Whether its forward ran could not be seen.");
        } else if (cause == Cause.GRAPH_CUT && !seesOutput(model, parameters)) {
            text.append(
                    hidden(model, parameters)
                            ? " The graph does not show what happens inside such a checkpoint: its input may need no gradient, or its output may be dropped."
                            : " The model's output could not be walked, so whether it reaches the output is not known.");
        }
        return text.toString();
    }

    private static boolean seesOutput(ModelView model, int[] parameters) {
        for (int p : parameters) {
            if (!model.structure().outputSeen(p)) {
                return false;
            }
        }
        return true;
    }

    private void advise(ModelView model, Draft draft, boolean hidden) {
        Mode mode = model.fate().mode();
        String it = Wording.it(draft.groups());
        if (cause == Cause.GRAPH_CUT && hidden) {
            draft.advise(
                    draft.make()
                            .reentrantFalse(
                                    "A reentrant checkpoint gives no gradient at all where none of its inputs needs one; the other kind does."));
        }
        String never = cause == Cause.NEVER_CALLED
                ? "If " + draft.subject() + " " + Wording.is(draft.groups())
                        + " not meant to be used in this run, leave " + it + " out or freeze " + it
                : "If " + draft.subject() + " " + Wording.is(draft.groups())
                        + " meant to learn, use the output without detach, argmax or "
                        + "no_grad; if not, leave " + it + " out or freeze " + it;
        draft.advise(
                draft.make()
                        .removeOrFreeze(
                                draft.names(),
                                never
                                        + (model.plain()
                                                ? ": it takes memory and optimizer state and never learns."
                                                : " before the wrap: DDP then does not wait for a gradient that never comes.")));
        if (mode == Mode.PLAIN) {
            return;
        }
        if (model.structure().reentrant()) {
            if (mode != Mode.FIND) {
                draft.avoid(
                        Action.FIND_UNUSED_PARAMETERS,
                        "The model uses reentrant checkpointing: the flag turns this into \"marked ready twice\".");
                draft.advise(
                        draft.make()
                                .reentrantFalse(
                                        "Only if the flag find_unused_parameters is wanted: it needs non-reentrant checkpointing first."));
            }
        } else if (mode == Mode.DEFAULT || (mode == Mode.STATIC && model.fate().torchRaised())) {
            draft.advise(draft.make()
                    .findUnused("If some steps do use " + it
                            + ", the flag lets the others pass; it adds a graph traversal an iteration, and a"
                            + " module that is never used still never learns."));
        }
    }
}
