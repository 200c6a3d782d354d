/**
 * The heart: a job's state as a fold of observations, the usage ledger, the detectors, and the advice. Pure: no clock, thread, socket or file.
 * Not thread-safe; the pipeline lets one thread at a time into a job.
 */
@NullMarked
package dev.gradwatch.collector.analysis;

import org.jspecify.annotations.NullMarked;
