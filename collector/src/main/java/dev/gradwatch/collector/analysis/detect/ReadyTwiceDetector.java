package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.analysis.advice.Wording;
import dev.gradwatch.collector.analysis.detect.Fate.Mode;
import dev.gradwatch.collector.analysis.ledger.Words;
import dev.gradwatch.collector.analysis.state.SyncRule;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.RankFailure;
import dev.gradwatch.collector.model.Severity;
import java.util.ArrayList;
import java.util.List;

/** {@code ready_twice}: torch raised because a parameter's gradient came twice in one backward pass. */
final class ReadyTwiceDetector implements Detector {
    /** The source file of a frame of the backward within the backward; the word alone stands in torch's message, whatever the cause. */
    private static final String CHECKPOINT_FILE = "utils/checkpoint.py";

    @Override
    public List<Finding> detect(ModelView model) {
        List<Integer> ranks = new ArrayList<>();
        long[] parameters = new long[model.candidates().length];
        boolean checkpoint = model.structure().reentrant();
        int[] reduced = Words.bits(SyncRule.reducedOf(model.manifest()));
        for (RankFacts rank : model.ranks()) {
            for (RankFailure failure : ModelFailures.of(rank.state(), model.id())) {
                if (TorchText.of(failure) != TorchText.READY_TWICE) {
                    continue;
                }
                ranks.add(rank.rank());
                checkpoint |= failure.traceback().contains(CHECKPOINT_FILE);
                int place = TorchText.twicePlace(failure.message());
                if (place >= 0 && place < reduced.length) {
                    Words.set(parameters, reduced[place]);
                }
            }
        }
        if (ranks.isEmpty()) {
            return List.of();
        }
        Draft draft = new Draft(model, Cause.READY_TWICE, Severity.ERROR, Words.bits(parameters))
                .ranks(ranks.stream().distinct().toList())
                .evidence(model.certainEvidence());
        String subject = draft.groups().isEmpty() ? "a parameter" : draft.subject();
        draft.title(subject + " got its gradient twice in one backward pass");
        draft.detail("torch raised \"marked ready twice\" " + draft.onRanks()
                + (checkpoint
                        ? "; the model uses activation checkpointing, whose reentrant kind runs a backward within the backward."
                        : "."));
        advise(model, draft, checkpoint);
        return List.of(draft.provedBy(TorchText.READY_TWICE).finding());
    }

    private static void advise(ModelView model, Draft draft, boolean checkpoint) {
        boolean find = model.fate().mode() == Mode.FIND;
        if (checkpoint) {
            draft.advise(draft.make()
                    .reentrantFalse("Non-reentrant checkpointing keeps one graph, so each gradient comes once"
                            + (find ? ", and find_unused_parameters works with it." : ".")));
        } else if (find) {
            draft.advise(draft.make()
                    .returnTensors(
                            "find_unused_parameters looks for tensors in forward's return value, in tuples, lists, dicts and dataclasses; in an object"
                                    + " of a class of your own it finds none."));
            draft.advise(draft.make()
                    .disableFindUnused(
                            "The flag marks as unused what it cannot reach from forward's return value; where that hides tensors in an"
                                    + " object of its own, their gradients come a second time."));
        }
        if (model.fate().mode() != Mode.STATIC) {
            draft.advise(
                    draft.make()
                            .staticGraph(
                                    "Works where the graph is the same in every step: DDP then counts in the first pass how often each gradient comes."));
        }
        draft.avoid(
                Action.FIND_UNUSED_PARAMETERS,
                find
                        ? "It is the cause: it marks parameters as ready before " + Wording.it(draft.groups())
                                + " got a gradient."
                        : "It marks parameters as ready even earlier, and makes this worse.");
    }
}
