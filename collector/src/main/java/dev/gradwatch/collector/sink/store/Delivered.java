package dev.gradwatch.collector.sink.store;

/**
 * How far a channel is in the alerts' history.
 *
 * @param throughMicros the time of the last event that it is done with
 * @param failed events that it gave up
 * @param reason why the last of them failed; empty where none did
 */
public record Delivered(long throughMicros, long failed, String reason) {}
