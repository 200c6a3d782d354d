package dev.gradwatch.collector.model;

import org.jspecify.annotations.Nullable;

/**
 * One watched backward pass of one model on one rank.
 *
 * @param model the model's id
 * @param flags of {@link PassFlags}
 * @param parameters parameter tensors of the model, n
 * @param step optimizer steps completed before the pass
 * @param backward number of the model's backward pass, from 0, watched or not
 * @param watched passes of this model that were watched, this one included
 * @param stepNanos from the end of the pass before to the end of this one, 0 where there was none
 * @param used ceil(n / 64) words; bit i (word i / 64, bit i % 64): autograd accumulated a defined gradient into parameter i, on this rank
 * @param norms n L2 norms after the pass; -1 no gradient, 0 exactly zero, NaN or Inf not finite; null where none were taken
 * @param checksum sum of the L2 norms of the weights before the pass; NaN where none was taken
 * @param loss NaN where none was taken
 */
public record Step(
        int model,
        int flags,
        int parameters,
        long step,
        long backward,
        long watched,
        long stepNanos,
        long[] used,
        float @Nullable [] norms,
        double checksum,
        double loss) {
    public boolean uses(int parameter) {
        return (used[parameter >>> 6] & 1L << parameter) != 0;
    }

    public boolean has(int flag) {
        return (flags & flag) != 0;
    }
}
