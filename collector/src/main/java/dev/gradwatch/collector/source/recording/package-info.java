/**
 * Recorded runs: a file of observations, one JSON object a line, written by {@code --record} and read by {@code replay} and by golden tests.
 * It knows how an observation is written down and nothing of what it means.
 */
@NullMarked
package dev.gradwatch.collector.source.recording;

import org.jspecify.annotations.NullMarked;
