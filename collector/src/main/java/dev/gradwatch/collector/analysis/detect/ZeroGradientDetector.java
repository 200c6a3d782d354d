package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.analysis.advice.Wording;
import dev.gradwatch.collector.analysis.ledger.Words;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Confidence;
import dev.gradwatch.collector.model.Evidence;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Manifest;
import dev.gradwatch.collector.model.Severity;
import java.util.List;

/**
 * {@code zero_gradient}: a gradient came in every pass, and each was exactly zero. Behind a layer that starts at zero (LoRA's B, a zero convolution)
 * that is so until the optimizer has moved that layer, so it takes several optimizer steps to be a sign of trouble.
 */
final class ZeroGradientDetector implements Detector {
    /** Passes with norms that it takes. */
    static final int MIN_PASSES = 3;

    /** Optimizer steps completed before the latest of them: two are enough for what starts at zero to move, and show. */
    static final int MIN_STEPS = 2;

    /** Where no optimizer step was seen, this many passes stand for them; some jobs accumulate over that many and more. */
    static final int PASSES_WITHOUT_STEPS = 64;

    @Override
    public List<Finding> detect(ModelView model) {
        List<HealthFacts> health = model.ranks().stream().map(HealthFacts::new).toList();
        int[] parameters = Words.bits(zero(model, health));
        if (parameters.length == 0 || health.stream().anyMatch(HealthFacts::isBroken)) {
            return List.of();
        }
        long passes = health.stream().mapToLong(HealthFacts::passes).max().orElse(0);
        long first = health.stream()
                .mapToLong(HealthFacts::first)
                .filter(p -> p >= 0)
                .min()
                .orElse(0);
        long last = health.stream().mapToLong(HealthFacts::last).max().orElse(0);
        boolean enough = enough(model, passes);
        if (!enough && !(model.job().hasEnded() && passes == 2)) {
            return List.of();
        }
        Draft draft = new Draft(model, Cause.ZERO_GRADIENT, enough ? Severity.WARNING : Severity.INFO, parameters)
                .evidence(new Evidence(passes, first, last, Confidence.ofSteps(passes)));
        draft.title(draft.subject() + " " + (Wording.is(draft.groups()).equals("are") ? "get" : "gets")
                + " a gradient in every step, and it is exactly zero");
        draft.detail(draft.share() + " had a gradient of zero in every element, " + draft.onRanks() + ", in "
                + Wording.count(passes, "step") + " in which norms were taken. Weight decay still moves the weights.");
        draft.advise(draft.make()
                .check(
                        Action.CHECK_LOSS_WEIGHT_OR_ACTIVATION,
                        "The output of " + draft.subject()
                                + " is multiplied by zero somewhere: look for a loss weight of 0, a mask that is"
                                + " empty, or an activation that is dead (a ReLU whose input is always negative)."));
        if (model.isDjl()) {
            return List.of(draft.finding());
        }
        draft.avoid(
                Action.FIND_UNUSED_PARAMETERS,
                "DDP does get these gradients; the flag would cost a graph traversal an iteration and change nothing.");
        return List.of(draft.finding());
    }

    private static boolean enough(ModelView model, long passes) {
        long steps = model.ranks().stream()
                .mapToLong(rank -> rank.model().step())
                .max()
                .orElse(0);
        return (passes >= MIN_PASSES && steps >= MIN_STEPS) || (steps == 0 && model.counted() >= PASSES_WITHOUT_STEPS);
    }

    private static long[] zero(ModelView model, List<HealthFacts> health) {
        long[] zero = model.candidates().clone();
        boolean any = false;
        for (int r = 0; r < health.size(); r++) {
            if (health.get(r).passes() > 0) {
                any = true;
                Words.and(zero, health.get(r).defined());
                Words.andNot(zero, health.get(r).nonzero());
                // What was unused has causes of its own: a zero there is only what zero_grad left.
                Words.and(zero, model.ranks().get(r).used());
                Words.andNot(zero, model.ranks().get(r).unused());
            }
        }
        List<Manifest.Parameter> parameters = model.manifest().parameters();
        for (int p : Words.bits(zero)) {
            // A tensor of no elements has no other gradient.
            if (parameters.get(p).elements() == 0) {
                zero[p >>> 6] &= ~(1L << p);
            }
        }
        return any ? zero : new long[zero.length];
    }
}
