package dev.gradwatch.collector.model;

import org.jspecify.annotations.Nullable;

/**
 * An exception of a rank.
 *
 * @param type such as {@code RuntimeError}
 * @param where {@code forward}, {@code backward}, {@code optimizer} or {@code uncaught}
 * @param model null where it belongs to none
 * @param backward passes completed when it came; null where it belongs to no model
 */
public record RankFailure(
        String type,
        String message,
        String traceback,
        String where,
        @Nullable Integer model,
        @Nullable Long backward) {}
