package dev.gradwatch.collector.cli.sidecar;

import dev.gradwatch.collector.sink.http.AlertJson;
import dev.gradwatch.collector.sink.http.Directory.Channel;
import dev.gradwatch.collector.sink.store.StoreException;
import dev.gradwatch.collector.sink.webhook.ChannelState;
import dev.gradwatch.collector.sink.webhook.Deliverer;
import dev.gradwatch.collector.sink.webhook.Links;
import dev.gradwatch.collector.sink.webhook.Outbox.Progress;
import dev.gradwatch.collector.sink.webhook.TestMessage;
import dev.gradwatch.collector.sink.webhook.Webhook;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The chat channels of a collector that stays. What happens from {@link #configure} on is told to them; it is sent from {@link #start} on, which may come
 * later. Thread-safe. The station that made it closes it.
 */
public final class Channels implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(Channels.class);

    private final StoredOutbox outbox;
    private final LongSupplier nowMicros;
    /** Replaced as a whole, so that who wakes or looks waits for nobody who configures. */
    private volatile @Nullable Deliverer deliverer;

    private volatile List<Webhook> webhooks = List.of();
    private boolean closed;

    Channels(StoredOutbox outbox, LongSupplier nowMicros) {
        this.outbox = outbox;
        this.nowMicros = nowMicros;
    }

    /** These from now on; each goes on where one of its name was, and a new one begins here. May block on the store, and for two seconds on servers. */
    public synchronized void configure(List<Webhook> wanted) {
        webhooks = List.copyOf(wanted);
        webhooks.forEach(this::begin);
        Deliverer now = deliverer;
        if (now != null) {
            now.configure(webhooks);
        }
    }

    private void begin(Webhook webhook) {
        try {
            if (outbox.progress(webhook.name()).isEmpty()) {
                outbox.save(webhook.name(), new Progress(nowMicros.getAsLong(), 0, ""), Map.of());
            }
        } catch (StoreException e) {
            logger.debug("{} begins when the store is back: {}", webhook.name(), e.getMessage());
        }
    }

    /** @param links where the page is, as people reach it */
    public synchronized void start(Links links) {
        if (deliverer == null && !closed) {
            Deliverer fresh = new Deliverer(outbox, links, AlertJson::event);
            deliverer = fresh;
            fresh.configure(webhooks);
        }
    }

    /** Sends a sample, as {@code alerts test-webhook} does. Blocks for fifteen seconds at most. */
    public static TestMessage.Result test(Webhook webhook, Links links) throws InterruptedException {
        return new TestMessage(links, AlertJson::event).send(webhook);
    }

    /** The history has more. Does not block. */
    void wake() {
        Deliverer now = deliverer;
        if (now != null) {
            now.wake();
        }
    }

    List<Channel> list() {
        Deliverer now = deliverer;
        List<Channel> all = new ArrayList<>();
        if (now != null) {
            for (ChannelState state : now.state()) {
                webhooks.stream()
                        .filter(webhook -> webhook.name().equals(state.name()))
                        .forEach(webhook -> all.add(channel(webhook, state)));
            }
        }
        return all;
    }

    private static Channel channel(Webhook webhook, ChannelState state) {
        return new Channel(
                state.name(),
                state.kind().id(),
                state.url(),
                webhook.language(),
                webhook.minSeverity(),
                state.sent(),
                state.failed(),
                state.failedReason(),
                state.retries(),
                state.waiting(),
                state.pendingSinceMicros(),
                state.lastError());
    }

    /** Writes what the store did not take before. */
    void flush() {
        outbox.flush();
    }

    @Override
    public synchronized void close() {
        closed = true;
        Deliverer now = deliverer;
        if (now != null) {
            now.close();
        }
    }
}
