package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.analysis.advice.Wording;
import dev.gradwatch.collector.analysis.detect.Fate.Mode;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import java.util.List;

/** {@code output_not_in_loss}: the model's output depends on the parameters, the loss does not. */
final class OutputNotInLossDetector implements Detector {
    @Override
    public List<Finding> detect(ModelView model) {
        int[] parameters = model.causes().of(Cause.OUTPUT_NOT_IN_LOSS);
        if (parameters.length == 0) {
            return List.of();
        }
        Draft draft = new Draft(model, Cause.OUTPUT_NOT_IN_LOSS, model.fate().ofNeverUsed(true), parameters)
                .ranks(model.causes().ranksLeaving(parameters))
                .evidence(model.certainEvidence());
        String subject = draft.subject();
        String it = Wording.it(draft.groups());
        draft.title(
                subject + " " + Wording.is(draft.groups()) + " computed and returned, but the loss never uses " + it);
        draft.detail(draft.share() + " got no gradient, " + draft.onRanks() + ", in "
                + Wording.stepsSeen(draft.evidence().steps()) + "; the model's output depends on them."
                + (model.fate().mode() == Mode.FIND
                        ? " torch's own counter of unused parameters misses this case."
                        : ""));
        draft.advise(draft.make()
                .useOrDropOutput(
                        draft.names(),
                        "Return only what the loss uses, or give the term of " + subject
                                + " a tiny weight such as 1e-6: then every returned output takes part in the loss."));
        Mode mode = model.fate().mode();
        if (mode == Mode.DEFAULT || mode == Mode.STATIC) {
            if (model.structure().reentrant()) {
                draft.avoid(
                        Action.FIND_UNUSED_PARAMETERS,
                        "The model uses reentrant checkpointing: the flag turns this into \"marked ready twice\".");
            } else {
                draft.advise(draft.make()
                        .findUnused("Runs, costs a graph traversal an iteration, and " + subject + " still "
                                + (Wording.is(draft.groups()).equals("are") ? "do" : "does") + " not learn."));
            }
        }
        if (mode != Mode.PLAIN) {
            draft.avoid(
                    Action.STATIC_GRAPH,
                    "Two steps complete and the third forward raises, because the output is returned and gets no gradient.");
        }
        return List.of(draft.provedBy(TorchText.UNUSED).finding());
    }
}
