package dev.gradwatch.collector.cli.sidecar;

import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.sink.store.Delivered;
import dev.gradwatch.collector.sink.store.Store;
import dev.gradwatch.collector.sink.store.StoreException;
import dev.gradwatch.collector.sink.store.Unwritten;
import dev.gradwatch.collector.sink.webhook.Outbox;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store as an outbox that people hear from while the store is away: events that wait for it are handed out from memory, and what was delivered is kept
 * in memory until {@link #flush}. A channel that is further behind than that waits for the store. Were the collector killed meanwhile, what was told from
 * memory would be told again. Thread-safe.
 */
final class StoredOutbox implements Outbox {
    private static final Logger logger = LoggerFactory.getLogger(StoredOutbox.class);

    /** Messages whose alerts may still change while the store is away. */
    private static final int MAX_MESSAGES = 20_000;

    private final Store store;
    private final Supplier<Unwritten> unwritten;
    private final long storedMicros;

    /** What the store did not take, by channel. Guarded by this object's monitor, as all below. */
    private final Map<String, Unsaved> unsaved = new HashMap<>();

    private final Latest<String> messages = new Latest<>(MAX_MESSAGES);

    private record Unsaved(Progress progress, Map<String, @Nullable String> messages) {}

    /**
     * @param unwritten what waits for the store now
     * @param storedMicros the last event that was in the store when it was opened
     */
    StoredOutbox(Store store, Supplier<Unwritten> unwritten, long storedMicros) {
        this.store = store;
        this.unwritten = unwritten;
        this.storedMicros = storedMicros;
    }

    @Override
    public List<AlertEvent> after(long micros, int most) {
        // Taken first: what is written in between is then in both, and nothing is in neither.
        Unwritten waiting = unwritten.get();
        List<AlertEvent> page = stored(micros, most, waiting);
        if (page.size() >= most || waiting.events().isEmpty()) {
            return page;
        }
        long last = page.isEmpty() ? micros : page.get(page.size() - 1).micros();
        List<AlertEvent> all = new ArrayList<>(page);
        waiting.events().stream()
                .filter(event -> event.micros() > last)
                .limit(most - page.size())
                .forEach(all::add);
        return all;
    }

    private List<AlertEvent> stored(long micros, int most, Unwritten waiting) {
        try {
            return store.eventsAfter(micros, most);
        } catch (StoreException e) {
            boolean hasAllOfTheStore = micros >= Math.max(waiting.afterMicros(), storedMicros);
            if (waiting.events().isEmpty() || !hasAllOfTheStore) {
                throw e;
            }
            return List.of();
        }
    }

    @Override
    public Optional<Progress> progress(String channel) {
        synchronized (this) {
            Unsaved its = unsaved.get(channel);
            if (its != null) {
                return Optional.of(its.progress());
            }
        }
        return store.delivered(channel).map(kept -> new Progress(kept.throughMicros(), kept.failed(), kept.reason()));
    }

    @Override
    public synchronized void save(String channel, Progress progress, Map<String, @Nullable String> told) {
        Map<String, @Nullable String> all = new HashMap<>();
        Unsaved before = unsaved.get(channel);
        if (before != null) {
            all.putAll(before.messages());
        }
        all.putAll(told);
        try {
            store(channel, progress, all);
            unsaved.remove(channel);
        } catch (StoreException e) {
            if (e.refused()) {
                throw e;
            }
            unsaved.put(channel, new Unsaved(progress, all));
        }
        told.forEach((alert, message) -> remember(channel, alert, message));
    }

    private void store(String channel, Progress progress, Map<String, @Nullable String> told) {
        store.saveDelivered(
                channel, new Delivered(progress.throughMicros(), progress.failed(), progress.reason()), told);
    }

    private void remember(String channel, String alert, @Nullable String message) {
        if (message == null) {
            messages.remove(key(channel, alert));
        } else {
            messages.put(key(channel, alert), message);
        }
    }

    @Override
    public Optional<String> message(String channel, String alert) {
        synchronized (this) {
            Unsaved its = unsaved.get(channel);
            if (its != null && its.messages().containsKey(alert)) {
                return Optional.ofNullable(its.messages().get(alert));
            }
            String known = messages.get(key(channel, alert));
            if (known != null) {
                return Optional.of(known);
            }
        }
        try {
            Optional<String> stored = store.message(channel, alert);
            stored.ifPresent(message -> {
                synchronized (this) {
                    remember(channel, alert, message);
                }
            });
            return stored;
        } catch (StoreException e) {
            if (opensNow(alert)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** What was opened for the first time since the store went away was told to nobody. */
    private boolean opensNow(String alert) {
        return unwritten.get().events().stream()
                .anyMatch(event -> event.kind() == AlertEvent.Kind.OPENED
                        && event.alert().id().equals(alert));
    }

    private static String key(String channel, String alert) {
        return channel + '\n' + alert;
    }

    /** Writes what the store did not take before, where it takes it now. */
    synchronized void flush() {
        if (unsaved.isEmpty() || !unwritten.get().events().isEmpty()) {
            return;
        }
        try {
            for (Map.Entry<String, Unsaved> its : List.copyOf(unsaved.entrySet())) {
                store(its.getKey(), its.getValue().progress(), its.getValue().messages());
                unsaved.remove(its.getKey());
            }
        } catch (StoreException e) {
            logger.debug("deliveries are not written yet: {}", e.getMessage());
        }
    }
}
