package dev.gradwatch.collector.sink.webhook;

import dev.gradwatch.collector.model.AlertEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Keeps what a store would, outlives whoever delivers from it, and can fail. */
final class FakeOutbox implements Outbox {
    private final NavigableMap<Long, AlertEvent> events = new TreeMap<>();
    private final Map<String, Progress> progress = new HashMap<>();
    private final Map<String, String> messages = new HashMap<>();
    private boolean failing;
    private int largestPage;

    synchronized void add(AlertEvent event) {
        events.put(event.micros(), event);
    }

    synchronized void fail(boolean fail) {
        failing = fail;
    }

    synchronized int largestPage() {
        return largestPage;
    }

    synchronized int remembered() {
        return messages.size();
    }

    @Override
    public synchronized List<AlertEvent> after(long micros, int most) {
        answer();
        List<AlertEvent> page = new ArrayList<>();
        for (AlertEvent event : events.tailMap(micros, false).values()) {
            if (page.size() == most) {
                break;
            }
            page.add(event);
        }
        largestPage = Math.max(largestPage, page.size());
        return page;
    }

    @Override
    public synchronized Optional<Progress> progress(String channel) {
        answer();
        return Optional.ofNullable(progress.get(channel));
    }

    @Override
    public synchronized void save(String channel, Progress saved, Map<String, @Nullable String> told) {
        answer();
        progress.put(channel, saved);
        told.forEach((alert, text) -> {
            if (text == null) {
                messages.remove(channel + "/" + alert);
            } else {
                messages.put(channel + "/" + alert, text);
            }
        });
    }

    @Override
    public synchronized Optional<String> message(String channel, String alert) {
        answer();
        return Optional.ofNullable(messages.get(channel + "/" + alert));
    }

    private void answer() {
        if (failing) {
            throw new IllegalStateException("disk: full (expected: room)");
        }
    }
}
