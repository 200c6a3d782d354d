package dev.gradwatch.collector.model;

import java.util.List;

/**
 * What became of one parameter of a model on each rank.
 *
 * @param index its place in {@code named_parameters()}
 * @param aliases its other names
 * @param cells one a rank, in the order of {@link JobReport#ranks}
 */
public record ParameterUsage(
        int model,
        int index,
        String name,
        List<String> aliases,
        List<Integer> shape,
        String dtype,
        boolean trainable,
        List<Cell> cells) {
    public ParameterUsage {
        aliases = List.copyOf(aliases);
        shape = List.copyOf(shape);
        cells = List.copyOf(cells);
    }

    /**
     * One parameter on one rank.
     *
     * @param used watched passes in which it got a gradient
     * @param watched watched passes that prove use or its absence
     * @param lastUsed backward pass; -1 where it was never used
     * @param lastNorm L2 norm of the latest gradient that was measured; -1 none, NaN or infinite as it was
     * @param maxNorm the largest finite one; -1 none
     */
    public record Cell(
            int rank, JobReport.Mark mark, long used, long watched, long lastUsed, float lastNorm, float maxNorm) {}
}
