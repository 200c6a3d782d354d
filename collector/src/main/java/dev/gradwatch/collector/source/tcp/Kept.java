package dev.gradwatch.collector.source.tcp;

/** Tells when what was handed to the sink so far is kept. Called on event loops; must not block. */
@FunctionalInterface
public interface Kept {
    Kept AT_ONCE = Runnable::run;

    /** Runs a task, on any thread, as soon as all that came before is kept, or it is clear that it will not be for now. */
    void then(Runnable task);
}
