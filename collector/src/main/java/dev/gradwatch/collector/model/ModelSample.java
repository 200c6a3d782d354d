package dev.gradwatch.collector.model;

/**
 * Where a model stands at a moment.
 *
 * @param name the class of the wrapped module
 * @param step optimizer steps completed
 * @param backward backward passes completed
 * @param stepNanos mean time of a recent pass; 0 where unknown
 * @param norm total L2 norm of the gradients in the latest pass that was measured; NaN where none was
 */
public record ModelSample(int model, String name, long step, long backward, long stepNanos, double norm) {}
