package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.analysis.detect.Fate.Mode;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Severity;
import java.util.List;

/** {@code static_graph_with_no_sync}: an assertion inside DDP, also where every parameter is used. */
final class StaticNoSyncDetector implements Detector {
    @Override
    public List<Finding> detect(ModelView model) {
        List<Integer> ranks = model.ranksWhere(rank -> ModelFailures.of(rank.state(), model.id()).stream()
                .anyMatch(failure -> TorchText.of(failure) == TorchText.STATIC_NO_SYNC));
        if (ranks.isEmpty() || model.fate().mode() != Mode.STATIC) {
            return List.of();
        }
        Draft draft = new Draft(model, Cause.STATIC_GRAPH_WITH_NO_SYNC, Severity.ERROR, new int[0])
                .ranks(ranks)
                .evidence(model.certainEvidence());
        draft.title("static_graph does not work together with no_sync");
        draft.detail("DDP's internal assertion expect_autograd_hooks_ failed " + draft.onRanks()
                + ": under static_graph its first pass must synchronise, and a pass under no_sync does not.");
        draft.advise(draft.make()
                .dropStaticGraph("Without static_graph, gradient accumulation under no_sync works as documented."));
        draft.avoid(Action.STATIC_GRAPH, "It is one half of the cause.");
        return List.of(draft.provedBy(TorchText.STATIC_NO_SYNC).finding());
    }
}
