package dev.gradwatch.collector.model;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * What one forward and its backward pass showed of a model's structure.
 *
 * @param ran module indices whose forward ran since the pass before
 * @param hidden module indices whose forward ran only where autograd was off, inside a reentrant checkpoint
 * @param reachesOutput parameter indices that a walk from the wrapper's output came to; null where that could not be seen
 * @param reachesLoss likewise from the loss
 * @param reentrantCheckpoint the graph holds a {@code CheckpointFunctionBackward} node
 * @param truncated the graph is larger than the walk's limit
 */
public record Probe(
        int model,
        long backward,
        BitSet ran,
        BitSet hidden,
        @Nullable BitSet reachesOutput,
        @Nullable BitSet reachesLoss,
        boolean reentrantCheckpoint,
        int nodes,
        boolean truncated) {}
