package dev.gradwatch.collector.sink.store;

/** What has changed and is not written yet. Pulled, so that bodies are made when there is a store to take them, and the latest only. */
public interface PendingSource {
    /**
     * Takes what is pending; what is taken is the caller's to keep until it is written. Called on the writer's thread.
     *
     * @param mostFacts fewer facts in the answer mean that no more were pending
     * @return empty where nothing is
     */
    Batch drain(int mostFacts);
}
