package dev.gradwatch.collector.model;

/**
 * Where sources hand over what they observe. Called from the sources' threads, many at once; may block for as long as analysis needs, which
 * is how a slow collector slows its sources.
 */
@FunctionalInterface
public interface ObservationSink {
    void accept(Observation observation);
}
