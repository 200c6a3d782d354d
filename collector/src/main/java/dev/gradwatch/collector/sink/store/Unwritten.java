package dev.gradwatch.collector.sink.store;

import dev.gradwatch.collector.model.AlertEvent;
import java.util.List;

/**
 * Alert events that wait for a store that is away, each that came after a moment, in order.
 *
 * @param afterMicros the time of the last event that was written; {@link Long#MIN_VALUE} where this writer wrote none
 */
public record Unwritten(long afterMicros, List<AlertEvent> events) {
    /** The store takes what comes. */
    public static final Unwritten NONE = new Unwritten(Long.MIN_VALUE, List.of());

    public Unwritten {
        events = List.copyOf(events);
    }
}
