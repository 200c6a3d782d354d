package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.analysis.advice.Wording;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import java.util.List;

/**
 * {@code never_called} and {@code graph_cut} of a model that DJL trains: no step gave the parameters a gradient. What a block's output leads to cannot
 * be seen there, so an output that is dropped and one that the loss leaves out are one cause.
 */
final class DjlNeverUsedDetector implements Detector {
    private final Cause cause;

    /** @param cause one of the two */
    DjlNeverUsedDetector(Cause cause) {
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
        draft.title(title(model, draft));
        draft.detail(draft.share() + " got no gradient, " + draft.onRanks() + ", in "
                + Wording.stepsSeen(draft.evidence().steps()) + "." + doubt(model, draft)
                + " DJL's optimizer updates them all the same: with weight decay they shrink.");
        advise(draft);
        return List.of(draft.finding());
    }

    private String title(ModelView model, Draft draft) {
        String subject = draft.subject();
        String is = Wording.is(draft.groups());
        String it = Wording.it(draft.groups());
        if (!model.structure().modulesSeen()) {
            return subject + " got no gradient in any step seen";
        }
        if (cause == Cause.NEVER_CALLED) {
            return subject + " " + is + " registered in " + model.manifest().name() + ", but never called";
        }
        return draft.ownsOnlyPart()
                ? subject + " " + is + " registered in a module that runs, but its forward does not use " + it
                : subject + " ran, but no gradient came back: the output does not reach the loss";
    }

    private static String doubt(ModelView model, Draft draft) {
        return draft.doubtOfFewSteps()
                + (model.structure().modulesSeen() ? "" : " Whether its forward ran could not be seen.");
    }

    private void advise(Draft draft) {
        String subject = draft.subject();
        String is = Wording.is(draft.groups());
        String it = Wording.it(draft.groups());
        if (cause == Cause.GRAPH_CUT) {
            draft.advise(draft.djl()
                    .useOutput(
                            draft.names(),
                            "If " + subject + " " + is
                                    + " meant to learn, let the loss use the output, and look for what cuts it off on the way:"
                                    + " stopGradient(), toFloatArray(), argMax(), or a variable that nothing reads."));
        }
        draft.advise(draft.djl()
                .removeOrFreeze(
                        draft.names(),
                        "If " + subject + " " + is + " not meant to be used in this run, do not add " + it
                                + " to the block, or freeze " + it + " before the Trainer is made."));
    }
}
