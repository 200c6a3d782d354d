package dev.gradwatch.collector.analysis.state;

import dev.gradwatch.collector.model.LogMessage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** nnU-Net's epochs: losses, pseudo Dice and time, in order. Bounded: past {@link #MAX_EPOCHS} the oldest go. */
public final class EpochSeries {
    static final int MAX_EPOCHS = 10_000;
    /** The message of an epoch. */
    public static final String EPOCH = "nnunet.log.epoch";

    /**
     * One epoch; NaN for what was not printed.
     *
     * @param dice mean over the classes that have a number
     * @param seconds it took
     * @param said the message
     */
    public record Epoch(long epoch, double trainLoss, double valLoss, double dice, double seconds, LogMessage said) {}

    private final List<Epoch> epochs = new ArrayList<>();

    /** @return whether the message is an epoch; one that was started over replaces the former and those after it */
    boolean add(LogMessage message) {
        Long number = message.number("epoch");
        if (!message.id().equals(EPOCH) || number == null) {
            return false;
        }
        while (!epochs.isEmpty() && epochs.get(epochs.size() - 1).epoch() >= number) {
            epochs.remove(epochs.size() - 1);
        }
        if (epochs.size() == MAX_EPOCHS) {
            epochs.remove(0);
        }
        epochs.add(new Epoch(
                number,
                value(message.fields().get("train_loss")),
                value(message.fields().get("val_loss")),
                mean(message.list("pseudo_dice")),
                value(message.fields().get("epoch_time_s")),
                message));
        return true;
    }

    private static double value(@Nullable Object field) {
        return field instanceof Number number ? number.doubleValue() : Double.NaN;
    }

    private static double mean(List<?> values) {
        return values.stream()
                .mapToDouble(EpochSeries::value)
                .filter(Double::isFinite)
                .average()
                .orElse(Double.NaN);
    }

    /** In order. */
    public List<Epoch> epochs() {
        return epochs;
    }

    public boolean isEmpty() {
        return epochs.isEmpty();
    }

    void clear() {
        epochs.clear();
    }
}
