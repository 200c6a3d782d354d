/** Puts a job's report together: ranks, models, the table of modules by ranks. Says nothing that the detectors did not find. */
@NullMarked
package dev.gradwatch.collector.analysis.report;

import org.jspecify.annotations.NullMarked;
