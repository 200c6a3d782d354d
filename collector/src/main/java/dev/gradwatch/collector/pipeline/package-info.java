/**
 * Brings observations to their job's state: one thread at a time into a job, as many jobs at once as there are threads, a bound on jobs. Counts
 * what came and what became of it: received = analysed + merged + rejected.
 */
@NullMarked
package dev.gradwatch.collector.pipeline;

import org.jspecify.annotations.NullMarked;
