package dev.gradwatch.collector.sink.store;

/**
 * How a writer does.
 *
 * @param available whether the last write succeeded
 * @param reason why it did not; empty while it is available
 * @param pending parts that are in memory and not written
 * @param lost alert events that had no room in memory, and parts that the store refused
 * @param written parts that were
 * @param failures writes that failed
 */
public record WriterState(boolean available, String reason, long pending, long lost, long written, long failures) {}
