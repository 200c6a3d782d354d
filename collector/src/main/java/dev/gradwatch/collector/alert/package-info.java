/**
 * The life of alerts: the difference between a job's findings before and now, and what people said of them. Fed by the pipeline with findings, by
 * the API with acknowledgements and mutes. Never looks at a job's state, never delivers.
 */
@NullMarked
package dev.gradwatch.collector.alert;

import org.jspecify.annotations.NullMarked;
