package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.analysis.advice.Wording;
import dev.gradwatch.collector.analysis.detect.Fate.Mode;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import java.util.List;

/** {@code rank_divergent}: in the same pass used on some ranks and not on others. */
final class RankDivergentDetector implements Detector {
    @Override
    public List<Finding> detect(ModelView model) {
        int[] parameters = model.causes().of(Cause.RANK_DIVERGENT);
        if (parameters.length == 0) {
            return List.of();
        }
        Divergence divergence = model.causes().divergence();
        long passes = divergence.passes();
        Draft draft = new Draft(model, Cause.RANK_DIVERGENT, model.fate().ofSometimesUsed(), parameters)
                .ranks(divergence.unusedRanks())
                .evidence(divergence.evidence());
        draft.title(draft.subject() + " " + Wording.is(draft.groups())
                + " used on some ranks and not on others in the same step");
        draft.detail(draft.share() + " went unused " + draft.onRanks() + " while another rank used them, in "
                + Wording.count(passes, "step") + ", first in backward pass " + divergence.first() + "."
                + (model.fate().mode() == Mode.DEFAULT
                        ? " The ranks that used them wait in the all-reduce for those that did not, and see a lost connection when these die."
                        : ""));
        SometimesUsedDetector.adviseFlag(model, draft);
        adviseStatic(model, draft);
        draft.avoid(
                Action.REMOVE_OR_FREEZE_BEFORE_WRAP,
                draft.subject() + " " + (Wording.is(draft.groups()).equals("are") ? "do" : "does")
                        + " learn on the ranks that use " + Wording.it(draft.groups()) + ".");
        return List.of(draft.provedBy(TorchText.UNUSED)
                .provedBy(TorchText.STATIC_CHANGED)
                .provedBy(TorchText.CONNECTION)
                .finding());
    }

    /** static_graph lets ranks differ, as long as each uses the same parameters in all its steps. */
    private static void adviseStatic(ModelView model, Draft draft) {
        boolean proved = model.fate().steady() && model.counted() >= FlagNotNeededDetector.ENOUGH_STEPS;
        if (!model.fate().steady()) {
            draft.avoid(
                    Action.STATIC_GRAPH,
                    "A rank's set of used parameters changes from step to step, which static_graph forbids: it raises.");
        } else if (proved && model.fate().mode() == Mode.DEFAULT) {
            draft.advise(
                    draft.make()
                            .staticGraph(
                                    "Each rank has used the same parameters in all steps seen; static_graph works as long as that stays so."));
        } else if (!proved && model.fate().mode() != Mode.STATIC) {
            draft.avoid(
                    Action.STATIC_GRAPH,
                    "It works only if each rank's set of used parameters never changes, and "
                            + Wording.count(model.counted(), "step") + " cannot show that.");
        }
    }
}
