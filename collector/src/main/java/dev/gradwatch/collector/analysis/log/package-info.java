/**
 * What a job's printed messages say of it: the causes as far as a log alone can tell, one root cause first and its consequences folded under it.
 * Fed by {@code source.log} by way of {@code JobState}. Pure, as all of analysis; it never reads a file, and it never claims what only a reporter
 * can see.
 */
@NullMarked
package dev.gradwatch.collector.analysis.log;

import org.jspecify.annotations.NullMarked;
