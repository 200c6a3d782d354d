/**
 * What GPUs do that a person should know: idle, full, taken, shared, hot, broken. A function of what {@code state.GpuHistory} holds of each rank and of
 * {@code model.GpuThresholds}. Fed by {@code source.gpu} by way of {@code JobState}. Pure, as all of analysis; it never changes what other detectors found.
 */
@NullMarked
package dev.gradwatch.collector.analysis.gpu;

import org.jspecify.annotations.NullMarked;
