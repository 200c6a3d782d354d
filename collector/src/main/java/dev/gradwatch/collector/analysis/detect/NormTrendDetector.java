package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Advice;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Confidence;
import dev.gradwatch.collector.model.Evidence;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** {@code exploding_gradient} and {@code vanishing_gradient}: against the run's own history, so a steady norm of any size is no alarm. */
final class NormTrendDetector implements Detector {
    private final boolean up;

    /** @param up exploding; else vanishing */
    NormTrendDetector(boolean up) {
        this.up = up;
    }

    @Override
    public List<Finding> detect(ModelView model) {
        if (NonfiniteDetector.any(model)) {
            return List.of();
        }
        List<Integer> ranks = new ArrayList<>();
        NormTrend worst = null;
        int samples = 0;
        for (RankFacts rank : model.ranks()) {
            NormTrend trend = NormTrend.of(rank.model().ledger().totals(), up);
            if (trend != null) {
                ranks.add(rank.rank());
                worst = worst == null || trend.lastBackward() > worst.lastBackward() ? trend : worst;
                samples = Math.max(samples, rank.model().ledger().totals().size());
            }
        }
        if (worst == null) {
            return List.of();
        }
        Cause cause = up ? Cause.EXPLODING_GRADIENT : Cause.VANISHING_GRADIENT;
        Draft draft = new Draft(model, cause, worst.ended() ? Severity.INFO : Severity.WARNING, new int[0])
                .ranks(ranks)
                .evidence(new Evidence(
                        samples, worst.firstBackward(), worst.lastBackward(), Confidence.ofSteps(samples)));
        draft.title(title(worst));
        draft.detail("The total L2 norm over the parameters of "
                + model.manifest().name() + " left its own median from backward pass "
                + worst.firstBackward() + " on, " + draft.onRanks() + ", and was " + number(worst.value()) + " in pass "
                + worst.lastBackward() + "."
                + (worst.ended()
                        ? " Later it was of its usual size again."
                        : up ? "" : " Where the loss fell as far, the model has converged, and all is well."));
        draft.advise(advice(model, draft));
        return List.of(draft.finding());
    }

    private Advice advice(ModelView model, Draft draft) {
        if (!up) {
            return draft.make()
                    .check(
                            Action.CHECK_LOSS_SCALE_OR_ACTIVATION,
                            "Look for a loss that is divided too often, an activation that saturates, or a gradient that underflows in"
                                    + " half precision.");
        }
        return model.isDjl()
                ? draft.djl()
                        .clip(
                                "Clip the gradients, or lower the learning rate or warm it up, before the weights are ruined.")
                : draft.make()
                        .clip(
                                "Clip the gradient norm, or lower the learning rate or warm it up, before the weights are ruined.");
    }

    private String title(NormTrend trend) {
        String values = number(trend.value()) + " after a median of " + number(trend.median());
        return trend.ended()
                ? "the gradient " + (up ? "exploded" : "vanished") + " for a while: its total norm was " + values
                : "the gradient " + (up ? "explodes" : "vanishes") + ": its total norm is " + values;
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3g", value);
    }
}
