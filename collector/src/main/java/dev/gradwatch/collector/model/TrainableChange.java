package dev.gradwatch.collector.model;

import java.util.List;

/**
 * {@code requires_grad} flipped after the wrap.
 *
 * @param backward the first pass that the change applies to, as far as seen
 * @param frozen indices of the parameters that went off
 * @param unfrozen indices of those that went on
 */
public record TrainableChange(long backward, List<Integer> frozen, List<Integer> unfrozen) {
    public TrainableChange {
        frozen = List.copyOf(frozen);
        unfrozen = List.copyOf(unfrozen);
    }
}
