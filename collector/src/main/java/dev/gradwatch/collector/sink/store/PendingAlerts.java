package dev.gradwatch.collector.sink.store;

import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.model.Mute;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Alert events and mutes that wait for the store. Where they find no room, the oldest event that only updates an alert goes, and the oldest of all where
 * there is none: that an alert was opened and resolved matters more than how its words changed between. Thread-safe; never blocks on the store.
 */
final class PendingAlerts {
    private final int mostEvents;
    private final int mostMutes;

    /** By order of coming. */
    private final Map<Long, AlertEvent> events = new LinkedHashMap<>();

    /** Those of {@link #events} that may go first. */
    private final Map<Long, AlertEvent> updates = new LinkedHashMap<>();

    private final Map<String, Mute> mutes = new LinkedHashMap<>();
    private long came;
    private long lost;

    PendingAlerts(int mostEvents, int mostMutes) {
        this.mostEvents = mostEvents;
        this.mostMutes = mostMutes;
    }

    synchronized void add(AlertEvent event) {
        events.put(came, event);
        if (event.kind() == AlertEvent.Kind.UPDATED) {
            updates.put(came, event);
        }
        came++;
        if (events.size() > mostEvents) {
            long goes =
                    (updates.isEmpty() ? events : updates).keySet().iterator().next();
            events.remove(goes);
            updates.remove(goes);
            lost++;
        }
    }

    synchronized void add(Mute mute) {
        // Out and in again, so that it is the youngest.
        mutes.remove(mute.id());
        mutes.put(mute.id(), mute);
        if (mutes.size() > mostMutes) {
            mutes.remove(mutes.keySet().iterator().next());
            lost++;
        }
    }

    /** Takes the oldest, in order. */
    synchronized List<AlertEvent> takeEvents(int most) {
        List<AlertEvent> taken = new ArrayList<>(Math.min(most, events.size()));
        Iterator<Map.Entry<Long, AlertEvent>> oldest = events.entrySet().iterator();
        while (taken.size() < most && oldest.hasNext()) {
            Map.Entry<Long, AlertEvent> next = oldest.next();
            taken.add(next.getValue());
            updates.remove(next.getKey());
            oldest.remove();
        }
        return taken;
    }

    /** Those that wait, in order; they stay. */
    synchronized List<AlertEvent> events() {
        return List.copyOf(events.values());
    }

    /** Takes all. */
    synchronized List<Mute> takeMutes() {
        List<Mute> taken = List.copyOf(mutes.values());
        mutes.clear();
        return taken;
    }

    synchronized int size() {
        return events.size() + mutes.size();
    }

    synchronized boolean isEmpty() {
        return events.isEmpty() && mutes.isEmpty();
    }

    synchronized long lost() {
        return lost;
    }
}
