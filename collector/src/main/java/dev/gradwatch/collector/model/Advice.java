package dev.gradwatch.collector.model;

import org.jspecify.annotations.Nullable;

/**
 * An action to take, or (in a finding's {@code avoid}) not to take, with the reason.
 *
 * @param why one or two whole sentences about this very job
 * @param snippet code to paste, with the job's own names; null for what is to be avoided
 */
public record Advice(Action action, String why, @Nullable String snippet) {}
