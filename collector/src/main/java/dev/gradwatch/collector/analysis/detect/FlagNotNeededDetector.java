package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.analysis.detect.Fate.Mode;
import dev.gradwatch.collector.analysis.ledger.Words;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Severity;
import java.util.List;

/** {@code flag_not_needed}: find_unused_parameters is on, and in enough steps nothing was unused on any rank. */
final class FlagNotNeededDetector implements Detector {
    /** Passes on each rank. torch's own warning comes after one, and can be a false positive. */
    static final int ENOUGH_STEPS = 50;

    @Override
    public List<Finding> detect(ModelView model) {
        if (model.fate().mode() != Mode.FIND
                || model.ranks().size() < model.job().worldSize()
                || model.ranks().stream().anyMatch(rank -> rank.counted() < ENOUGH_STEPS || unused(model, rank))) {
            return List.of();
        }
        Draft draft = new Draft(model, Cause.FLAG_NOT_NEEDED, Severity.INFO, new int[0]);
        draft.title("find_unused_parameters is on, and nothing is unused");
        draft.detail("All " + Words.bits(model.candidates()).length
                + " parameter tensors that DDP averages got a gradient in each of the "
                + draft.evidence().steps() + " steps watched, " + draft.onRanks() + ".");
        draft.advise(draft.make()
                .disableFindUnused(
                        "The flag adds a graph traversal an iteration, and this job has had no use for it. Keep it if a branch that has"
                                + " not been taken yet may skip parameters."));
        return List.of(draft.finding());
    }

    private static boolean unused(ModelView model, RankFacts rank) {
        long[] unused = model.candidates().clone();
        Words.and(unused, rank.unused());
        return !Words.isEmpty(unused);
    }
}
