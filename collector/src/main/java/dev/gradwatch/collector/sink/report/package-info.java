/** The report's JSON, {@code gradwatch.report/1}, and that of GPUs: the one place that knows how a {@code JobReport} and a {@code Gpu} are written down. */
@NullMarked
package dev.gradwatch.collector.sink.report;

import org.jspecify.annotations.NullMarked;
