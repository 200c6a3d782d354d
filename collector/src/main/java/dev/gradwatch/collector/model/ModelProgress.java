package dev.gradwatch.collector.model;

/**
 * How far a rank's model is.
 *
 * @param step optimizer steps completed
 * @param backward backward passes completed, watched or not
 * @param watched passes watched
 * @param stepNanos mean time of a recent pass
 * @param flags {@link PassFlags} of the latest pass
 */
public record ModelProgress(int model, long step, long backward, long watched, long stepNanos, int flags) {}
