package dev.gradwatch.collector.analysis.log;

import dev.gradwatch.collector.analysis.state.EpochSeries;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Confidence;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** {@code metric_jump} and {@code overfit_gap}, of nnU-Net's epochs. */
final class MetricsLogDetector implements LogDetector {
    /** Pseudo Dice, 0 to 1, between neighbouring epochs. */
    static final double JUMP = 0.2;

    /** A network that begins to learn rises fast; so only a fall counts so early. */
    private static final int RISING_EPOCHS = 20;

    /** Validation loss above training loss; nnU-Net's loss (Dice and cross-entropy) runs from about 1 to -1. */
    static final double GAP = 0.3;

    /** How far the validation loss is from its best then. */
    private static final double WORSE = 0.1;

    private static final int SUSTAINED_EPOCHS = 5;

    @Override
    public List<Finding> detect(LogView view) {
        List<EpochSeries.Epoch> epochs = view.book().epochs().epochs();
        List<Finding> findings = new ArrayList<>();
        jumps(view, epochs, findings);
        gap(view, epochs, findings);
        return findings;
    }

    private static void jumps(LogView view, List<EpochSeries.Epoch> epochs, List<Finding> findings) {
        List<EpochSeries.Epoch> jumped = new ArrayList<>();
        EpochSeries.Epoch before = null;
        EpochSeries.Epoch first = null;
        double fell = Double.NaN;
        for (EpochSeries.Epoch epoch : epochs) {
            if (before != null && before.epoch() + 1 == epoch.epoch()) {
                double change = epoch.dice() - before.dice();
                boolean recovery = change > 0 && epoch.dice() <= fell + JUMP / 2;
                if (Math.abs(change) > JUMP && (change < 0 || (epoch.epoch() >= RISING_EPOCHS && !recovery))) {
                    first = first == null ? before : first;
                    jumped.add(epoch);
                    fell = change < 0 ? before.dice() : fell;
                }
            }
            before = epoch;
        }
        if (first == null) {
            return;
        }
        EpochSeries.Epoch epoch = jumped.get(0);
        LogDraft draft = new LogDraft(
                        view,
                        Cause.METRIC_JUMP,
                        jumped.stream().map(EpochSeries.Epoch::said).toList())
                .severity(Severity.WARNING)
                .confidence(Confidence.ofSteps(epochs.size()))
                .about("pseudo_dice");
        draft.title(text(
                "pseudo Dice %s from %.2f to %.2f in epoch %d",
                epoch.dice() < first.dice() ? "fell" : "jumped", first.dice(), epoch.dice(), epoch.epoch()));
        draft.detail(
                (jumped.size() > 1 ? "It did so " + jumped.size() + " times in " + epochs.size() + " epochs. " : "")
                        + "Pseudo Dice is measured on a few patches and swings by some hundredths; this is more.");
        draft.advise(
                Action.CHECK_DATA_AND_RATE,
                "Look at the learning rate, at gradients that are not finite and at the cases of that epoch; a resumed run with another data order shows it too.",
                null);
        findings.add(draft.finding());
    }

    private static void gap(LogView view, List<EpochSeries.Epoch> epochs, List<Finding> findings) {
        double best = Double.POSITIVE_INFINITY;
        int run = 0;
        for (EpochSeries.Epoch epoch : epochs) {
            if (Double.isNaN(epoch.trainLoss()) || Double.isNaN(epoch.valLoss())) {
                continue;
            }
            best = Math.min(best, epoch.valLoss());
            run = epoch.valLoss() - epoch.trainLoss() > GAP && epoch.valLoss() - best > WORSE ? run + 1 : 0;
        }
        if (run < SUSTAINED_EPOCHS) {
            return;
        }
        EpochSeries.Epoch last = epochs.get(epochs.size() - 1);
        EpochSeries.Epoch since = epochs.get(epochs.size() - run);
        LogDraft draft = new LogDraft(view, Cause.OVERFIT_GAP, List.of(last.said()))
                .severity(Severity.WARNING)
                .confidence(Confidence.ofSteps(run))
                .about("loss");
        draft.title(text(
                "the validation loss (%.3f) is far above the training loss (%.3f), and was better before (%.3f)",
                last.valLoss(), last.trainLoss(), best));
        draft.detail("So it is since epoch " + since.epoch() + ", for " + run + " epochs in a row.");
        draft.advise(
                Action.REGULARISE_OR_STOP_EARLY,
                "The network learns the training cases by heart: more data or augmentation, weight decay, or the checkpoint of the best epoch.",
                null);
        findings.add(draft.finding());
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
