package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.analysis.ledger.Words;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Confidence;
import dev.gradwatch.collector.model.Evidence;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Severity;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code nonfinite_gradient}: NaN or Inf. Under a GradScaler that is how the scale is found, so it takes a row that the scaler did not end; without
 * one, gradients that became finite again were skipped by the job itself and are no more than a warning.
 */
final class NonfiniteDetector implements Detector {
    @Override
    public List<Finding> detect(ModelView model) {
        List<Integer> ranks = new ArrayList<>();
        long first = Long.MAX_VALUE;
        long trailing = 0;
        long last = 0;
        long[] parameters = new long[model.candidates().length];
        for (RankFacts rank : model.ranks()) {
            HealthFacts health = new HealthFacts(rank);
            if (health.firstNonfinite() < 0) {
                continue;
            }
            ranks.add(rank.rank());
            if (health.firstNonfinite() < first) {
                first = health.firstNonfinite();
                parameters = health.inFirstNonfinite().clone();
            } else if (health.firstNonfinite() == first) {
                Words.or(parameters, health.inFirstNonfinite());
            }
            trailing = Math.max(trailing, health.trailingNonfinite());
            last = Math.max(last, health.last());
        }
        if (!any(model)) {
            return List.of();
        }
        boolean lasting = trailing > 0;
        Draft draft = new Draft(
                        model,
                        Cause.NONFINITE_GRADIENT,
                        lasting ? Severity.CRITICAL : Severity.WARNING,
                        Words.bits(parameters))
                .ranks(ranks)
                .evidence(new Evidence(Math.max(1, trailing), first, lasting ? last : first, Confidence.HIGH));
        draft.title("gradients " + (lasting ? "are" : "were") + " NaN or infinite from step " + first + " on, first in "
                + draft.subject());
        draft.detail(
                draft.share() + " had a gradient that is not finite in backward pass " + first + ", the first such, "
                        + draft.onRanks() + "; "
                        + (lasting
                                ? "the latest pass with norms still has. From there on the weights are lost."
                                : "later passes were finite again."));
        draft.advise(draft.make()
                .findFirstNonfinite(
                        first,
                        "Anomaly mode names the operation that made it; it is slow, so switch it on for step " + first
                                + " only, with the same data and seed."));
        return List.of(draft.finding());
    }

    /** Whether gradients are not finite on any rank, and that is no GradScaler's business: norms say nothing more then. */
    static boolean any(ModelView model) {
        return model.ranks().stream().anyMatch(rank -> new HealthFacts(rank).isBroken());
    }
}
