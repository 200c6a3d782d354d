package dev.gradwatch.collector.sink.webhook;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.words.Phrases;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;

/**
 * Brings what the alerts' history gets to every configured channel, each on a daemon thread of its own. Thread-safe; nothing blocks but {@link #close} and
 * {@link #configure}, and those for two seconds at most. Whoever makes it closes it; what was not sent by then is sent after the next start.
 */
public final class Deliverer implements AutoCloseable {
    private static final long CLOSE_MILLIS = 1_000;
    private static final long INTERRUPTED_MILLIS = 500;

    private final Outbox outbox;
    private final Links links;
    private final BiFunction<AlertEvent, Phrases, ObjectNode> asInApi;
    private final LongSupplier clock;
    /** Replaced as a whole, so that those who wake or look never wait for one who configures. */
    private volatile Map<String, ChannelWorker> workers = Map.of();

    private boolean closed;

    /** @param asInApi an event as the API's stream tells it in a language, a new object each time */
    public Deliverer(Outbox outbox, Links links, BiFunction<AlertEvent, Phrases, ObjectNode> asInApi) {
        this(outbox, links, asInApi, Deliverer::nowMicros);
    }

    Deliverer(Outbox outbox, Links links, BiFunction<AlertEvent, Phrases, ObjectNode> asInApi, LongSupplier clock) {
        this.outbox = outbox;
        this.links = links;
        this.asInApi = asInApi;
        this.clock = clock;
    }

    static long nowMicros() {
        return TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis());
    }

    /** These from now on, also after an earlier call: what is configured as before goes on undisturbed. */
    public synchronized void configure(List<Webhook> webhooks) {
        if (closed) {
            return;
        }
        Map<String, ChannelWorker> next = new LinkedHashMap<>();
        List<ChannelWorker> gone = new ArrayList<>();
        workers.forEach((name, worker) -> {
            if (webhooks.contains(worker.webhook())) {
                next.put(name, worker);
            } else {
                gone.add(worker);
            }
        });
        end(gone);
        List<ChannelWorker> fresh = new ArrayList<>();
        for (Webhook webhook : webhooks) {
            if (!next.containsKey(webhook.name())) {
                ChannelWorker worker = new ChannelWorker(webhook, () -> delivery(webhook), clock);
                next.put(webhook.name(), worker);
                fresh.add(worker);
            }
        }
        // Before they begin, so that who wakes them meanwhile is heard.
        workers = next;
        fresh.forEach(ChannelWorker::start);
    }

    private Delivery delivery(Webhook webhook) {
        return new Delivery(
                webhook,
                webhook.kind().channel(asInApi),
                new Telling(webhook.language(), links),
                outbox,
                new HttpPost(webhook.proxy(), HttpPost.CONNECT, HttpPost.WHOLE, clock),
                clock,
                () -> ThreadLocalRandom.current().nextDouble());
    }

    /** Something was written to the history. */
    public void wake() {
        workers.values().forEach(ChannelWorker::wake);
    }

    /** By name. */
    public List<ChannelState> state() {
        return workers.values().stream()
                .map(ChannelWorker::state)
                .sorted(Comparator.comparing(ChannelState::name))
                .toList();
    }

    @Override
    public synchronized void close() {
        closed = true;
        end(List.copyOf(workers.values()));
        workers = Map.of();
    }

    private static void end(List<ChannelWorker> ending) {
        ending.forEach(ChannelWorker::stop);
        try {
            // What is being sent may still get its answer.
            join(ending, CLOSE_MILLIS);
            ending.forEach(ChannelWorker::interrupt);
            join(ending, INTERRUPTED_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void join(List<ChannelWorker> ending, long millis) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        for (ChannelWorker worker : ending) {
            worker.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime())));
        }
    }
}
