package dev.gradwatch.collector.pipeline;

/** Hears of a job's beginning and end. Called on a source's or the ticker's thread, outside of any lock; should be quick. */
public interface JobListener {
    /** The first observation of a job that was not known, or no longer, was folded in. */
    void appeared(String job);

    /** The job ended; it may do so again after a rank came back. */
    void ended(String job);
}
