/**
 * What is known of one launch of a job: its ranks, and of each rank its models. Changed by {@code JobState} only, one observation at a time;
 * read by the detectors. Every list in it has a named bound.
 */
@NullMarked
package dev.gradwatch.collector.analysis.state;

import org.jspecify.annotations.NullMarked;
