/** The report's JSON, {@code gradwatch.report/1}: the one place that knows how a {@code JobReport} is written down. */
@NullMarked
package dev.gradwatch.collector.sink.report;

import org.jspecify.annotations.NullMarked;
