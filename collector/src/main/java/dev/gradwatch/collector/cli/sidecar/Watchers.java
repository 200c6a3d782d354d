package dev.gradwatch.collector.cli.sidecar;

import dev.gradwatch.collector.sink.http.Directory.Event;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whoever wants to know at once. Thread-safe; one that throws harms no other. */
final class Watchers implements Consumer<Event> {
    private static final Logger logger = LoggerFactory.getLogger(Watchers.class);

    private final Map<Long, Consumer<Event>> all = new ConcurrentHashMap<>();
    private final AtomicLong numbers = new AtomicLong();

    AutoCloseable add(Consumer<Event> watcher) {
        long number = numbers.incrementAndGet();
        all.put(number, watcher);
        return () -> all.remove(number);
    }

    @Override
    public void accept(Event event) {
        for (Consumer<Event> watcher : all.values()) {
            try {
                watcher.accept(event);
            } catch (RuntimeException e) {
                logger.warn("somebody who looks on could not be told", e);
            }
        }
    }
}
