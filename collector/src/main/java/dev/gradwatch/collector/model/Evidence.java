package dev.gradwatch.collector.model;

/**
 * What stands behind a finding.
 *
 * @param steps watched backward passes that support it
 * @param firstStep the first of them, a number of the model's backward pass
 * @param lastStep the last of them
 */
public record Evidence(long steps, long firstStep, long lastStep, Confidence confidence) {}
