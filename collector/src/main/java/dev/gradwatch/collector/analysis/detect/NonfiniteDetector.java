package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.analysis.ledger.Words;
import dev.gradwatch.collector.model.Advice;
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
        if (!any(model)) {
            return List.of();
        }
        List<HealthFacts> health = model.ranks().stream().map(HealthFacts::new).toList();
        long trailing =
                health.stream().mapToLong(HealthFacts::trailingNonfinite).max().orElse(0);
        boolean lasting = trailing > 0;
        List<Integer> ranks = new ArrayList<>();
        long first = Long.MAX_VALUE;
        long last = 0;
        long[] parameters = new long[model.candidates().length];
        for (int r = 0; r < health.size(); r++) {
            HealthFacts facts = health.get(r);
            // What was finite again in between is another story than what has lasted since.
            long begin = lasting ? facts.trailingFirst() : facts.firstNonfinite();
            if (begin < 0) {
                continue;
            }
            ranks.add(model.ranks().get(r).rank());
            long[] inBegin = lasting ? facts.inTrailingFirst() : facts.inFirstNonfinite();
            if (begin < first) {
                first = begin;
                parameters = inBegin.clone();
            } else if (begin == first) {
                Words.or(parameters, inBegin);
            }
            last = Math.max(last, facts.last());
        }
        return List.of(finding(
                model,
                lasting,
                Words.bits(parameters),
                ranks,
                new Evidence(Math.max(1, trailing), first, lasting ? last : first, Confidence.HIGH)));
    }

    private static Finding finding(
            ModelView model, boolean lasting, int[] parameters, List<Integer> ranks, Evidence evidence) {
        long first = evidence.firstStep();
        Draft draft = new Draft(
                        model, Cause.NONFINITE_GRADIENT, lasting ? Severity.CRITICAL : Severity.WARNING, parameters)
                .ranks(ranks)
                .evidence(evidence);
        draft.title(
                lasting
                        ? "gradients are NaN or infinite from backward pass " + first + " on, first in "
                                + draft.subject()
                        : "gradients were NaN or infinite in backward pass " + first + ", in " + draft.subject());
        draft.detail(
                draft.share() + " had a gradient that is not finite in backward pass " + first + ", the first such, "
                        + draft.onRanks() + "; "
                        + (lasting
                                ? "the latest pass with norms still has. From there on the weights are lost."
                                : "later passes were finite again."));
        draft.advise(
                model.isDjl()
                        ? djlAdvice(draft, first)
                        : draft.make()
                                .findFirstNonfinite(
                                        first,
                                        "Anomaly mode names the operation that made it; it is slow, so switch it on for backward pass "
                                                + first + " only, with the same data and seed."));
        return draft.finding();
    }

    private static Advice djlAdvice(Draft draft, long first) {
        return draft.djl()
                .findFirstNonfinite(
                        first,
                        "Look at the values after backward pass " + first
                                + " of a run with the same data and seed; a division, a logarithm or a root of zero in the loss makes them,"
                                + " or a learning rate that is too high.");
    }

    /** Whether gradients are not finite on any rank, and that is no GradScaler's business: norms say nothing more then. */
    static boolean any(ModelView model) {
        return model.ranks().stream().anyMatch(rank -> new HealthFacts(rank).isBroken());
    }
}
