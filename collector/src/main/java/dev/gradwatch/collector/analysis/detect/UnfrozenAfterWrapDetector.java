package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.analysis.advice.Wording;
import dev.gradwatch.collector.analysis.ledger.Words;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Manifest;
import dev.gradwatch.collector.model.Severity;
import java.util.List;

/** {@code unfrozen_after_wrap}: requires_grad went on for a parameter that DDP does not know, and that no rank averages. */
final class UnfrozenAfterWrapDetector implements Detector {
    @Override
    public List<Finding> detect(ModelView model) {
        long[] unfrozen = unfrozen(model);
        if (Words.isEmpty(unfrozen)) {
            return List.of();
        }
        boolean alone = model.job().worldSize() == 1;
        Draft draft = new Draft(
                        model,
                        Cause.UNFROZEN_AFTER_WRAP,
                        alone ? Severity.INFO : Severity.CRITICAL,
                        Words.bits(unfrozen))
                .evidence(model.certainEvidence());
        draft.ranks(model.ranksWhere(rank -> intersects(usedUnfrozen(model, rank), unfrozen)));
        draft.title(draft.subject() + " " + (Wording.is(draft.groups()).equals("are") ? "were" : "was")
                + " unfrozen after DDP was built, so no rank averages " + Wording.it(draft.groups()));
        draft.detail(draft.share() + " learn from each rank's own gradients only, " + draft.onRanks()
                + (alone
                        ? "; with more ranks, they would drift apart."
                        : ": the ranks drift apart, and nothing raises."));
        draft.advise(
                draft.make()
                        .wrapAfterUnfreeze(
                                draft.names(),
                                "DDP averages what was trainable when it was built: unfreeze first, then wrap, or wrap again."));
        draft.avoid(
                Action.FIND_UNUSED_PARAMETERS,
                "DDP does not know these parameters, so looking for unused ones does not find them.");
        draft.avoid(Action.STATIC_GRAPH, "DDP does not know these parameters, whatever it learns of the graph.");
        return List.of(draft.finding());
    }

    /** Words of the parameters that are so on any rank, and that got a gradient; DDP's own list of ignored ones is the user's will. */
    static long[] unfrozen(ModelView model) {
        long[] all = new long[model.candidates().length];
        if (!model.plain()) {
            model.ranks().forEach(rank -> Words.or(all, usedUnfrozen(model, rank)));
        }
        return all;
    }

    private static long[] usedUnfrozen(ModelView model, RankFacts rank) {
        long[] words = model.causes()
                .frozen()
                .get(model.ranks().indexOf(rank))
                .unfrozen()
                .clone();
        Words.and(words, rank.used());
        List<Manifest.Parameter> parameters = model.manifest().parameters();
        for (int p : Words.bits(words)) {
            if (parameters.get(p).reduced() || parameters.get(p).trainable()) {
                words[p >>> 6] &= ~(1L << p);
            }
        }
        return words;
    }

    private static boolean intersects(long[] a, long[] b) {
        for (int w = 0; w < a.length; w++) {
            if ((a[w] & b[w]) != 0) {
                return true;
            }
        }
        return false;
    }
}
