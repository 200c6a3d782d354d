package dev.gradwatch.collector.sink.store;

import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.model.Mute;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a writer does each time it wakes: assembles a batch and writes it, or tries again what failed. Turns are one thread's; {@link #state} is
 * anybody's. Knows no clock.
 */
final class WriteCycle {
    static final int MOST_FACTS = 500;
    static final int MOST_EVENTS = 1_000;

    /** Times that a batch which the store refuses is written whole, before its parts are written singly. */
    static final int TRIES = 3;

    static final long FIRST_WAIT_NANOS = Duration.ofMillis(500).toNanos();
    static final long LAST_WAIT_NANOS = Duration.ofSeconds(10).toNanos();

    private static final Logger log = LoggerFactory.getLogger(WriteCycle.class);

    private final Store store;
    private final PendingSource source;
    private final PendingAlerts alerts;

    /** What was taken and is not written: one batch, or the parts of one. */
    private final Deque<Batch> kept = new ArrayDeque<>();

    private final Consumer<AlertEvent> told;

    /** The latest event that was told on; later ones have later times. */
    private long toldMicros = Long.MIN_VALUE;

    private int tries;
    private long waitNanos = FIRST_WAIT_NANOS;
    private boolean warned;
    private boolean sourceWarned;
    private long writtenMicros = Long.MIN_VALUE;
    private volatile Unwritten unwritten = Unwritten.NONE;
    private volatile WriterState state = new WriterState(true, "", 0, 0, 0, 0);

    /** What a turn came to. */
    enum Outcome {
        /** All that was pending when the turn began is written. */
        DONE,
        /** More was pending than one batch takes. */
        MORE,
        /** The store failed; the batch is kept. */
        FAILED
    }

    WriteCycle(Store store, PendingSource source, PendingAlerts alerts) {
        this(store, source, alerts, event -> {});
    }

    /** @param told is told each alert event when it is written, or could not be */
    WriteCycle(Store store, PendingSource source, PendingAlerts alerts, Consumer<AlertEvent> told) {
        this.told = told;
        this.store = store;
        this.source = source;
        this.alerts = alerts;
    }

    /** Blocks on the store. */
    Outcome turn() {
        boolean all = true;
        if (kept.isEmpty()) {
            Batch batch = assemble();
            if (batch.isEmpty()) {
                return Outcome.DONE;
            }
            all = batch.facts().size() < MOST_FACTS && alerts.isEmpty();
            kept.add(batch);
        } else {
            // What came since the batch was taken waits for the next turn.
            all = false;
        }
        while (!kept.isEmpty()) {
            if (!writeFirst()) {
                return Outcome.FAILED;
            }
        }
        return all ? Outcome.DONE : Outcome.MORE;
    }

    private Batch assemble() {
        Batch pulled = pulled();
        List<AlertEvent> events = new ArrayList<>(pulled.events());
        events.addAll(alerts.takeEvents(MOST_EVENTS));
        List<Mute> mutes = new ArrayList<>(pulled.mutes());
        mutes.addAll(alerts.takeMutes());
        return new Batch(pulled.jobs(), pulled.facts(), events, mutes, pulled.points());
    }

    private Batch pulled() {
        try {
            return source.drain(MOST_FACTS);
        } catch (RuntimeException e) {
            if (!sourceWarned) {
                sourceWarned = true;
                log.warn("State of jobs cannot be taken for the store: {}", e.toString(), e);
            }
            return new Batch(List.of(), List.of(), List.of(), List.of(), List.of());
        }
    }

    /** Writes the first that is kept, or takes it apart; false where the store failed. */
    private boolean writeFirst() {
        Batch batch = kept.getFirst();
        try {
            store.write(batch);
        } catch (RuntimeException e) {
            return failed(batch, e);
        }
        kept.removeFirst();
        if (!batch.events().isEmpty()) {
            writtenMicros = batch.events().get(batch.events().size() - 1).micros();
        }
        unwritten = Unwritten.NONE;
        tell(batch.events());
        tries = 0;
        waitNanos = FIRST_WAIT_NANOS;
        set(true, "", 0, batch.size(), 0);
        return true;
    }

    /** An event is told on once it is written, so that whoever heard of it hears of it again after a restart. */
    private void tell(List<AlertEvent> events) {
        for (AlertEvent event : events) {
            if (event.micros() > toldMicros) {
                toldMicros = event.micros();
                told.accept(event);
            }
        }
    }

    private boolean failed(Batch batch, RuntimeException e) {
        // A store that is away must not keep people from hearing; what waits in memory is told too.
        List<AlertEvent> waiting = new ArrayList<>();
        kept.forEach(part -> waiting.addAll(part.events()));
        waiting.addAll(alerts.events());
        unwritten = new Unwritten(writtenMicros, waiting);
        tell(waiting);
        boolean refused = !(e instanceof StoreException reason) || reason.refused();
        tries = refused ? tries + 1 : 0;
        if (refused && batch.size() == 1) {
            drop(e);
            return true;
        }
        if (refused && tries >= TRIES) {
            kept.removeFirst();
            List<Batch> parts = parts(batch);
            for (int i = parts.size() - 1; i >= 0; i--) {
                kept.addFirst(parts.get(i));
            }
            tries = 0;
            set(true, "", 0, 0, 1);
            return true;
        }
        set(false, String.valueOf(e.getMessage()), 0, 0, 1);
        return false;
    }

    private void drop(RuntimeException e) {
        kept.removeFirst();
        tries = 0;
        if (!warned) {
            warned = true;
            log.warn("A row was left out of the store, and others may be: {}", e.getMessage());
        }
        set(true, "", 1, 0, 1);
    }

    /** Each part as a batch, in an order in which what refers to a job follows it. */
    private static List<Batch> parts(Batch batch) {
        List<Batch> parts = new ArrayList<>(batch.size());
        batch.jobs().forEach(job -> parts.add(new Batch(List.of(job), List.of(), List.of(), List.of(), List.of())));
        batch.facts().forEach(fact -> parts.add(new Batch(List.of(), List.of(fact), List.of(), List.of(), List.of())));
        batch.events()
                .forEach(event -> parts.add(new Batch(List.of(), List.of(), List.of(event), List.of(), List.of())));
        batch.mutes().forEach(mute -> parts.add(new Batch(List.of(), List.of(), List.of(), List.of(mute), List.of())));
        batch.points()
                .forEach(point -> parts.add(new Batch(List.of(), List.of(), List.of(), List.of(), List.of(point))));
        return parts;
    }

    /** How long to leave the store alone after a failure: twice as long each time. */
    long nextWaitNanos() {
        long wait = waitNanos;
        waitNanos = Math.min(LAST_WAIT_NANOS, 2 * waitNanos);
        return wait;
    }

    private void set(boolean available, String reason, int lost, int written, int failures) {
        WriterState was = state;
        state = new WriterState(
                available,
                reason,
                kept.stream().mapToLong(Batch::size).sum(),
                was.lost() + lost,
                was.written() + written,
                was.failures() + failures);
    }

    /** Anybody's. */
    Unwritten unwritten() {
        return unwritten;
    }

    WriterState state() {
        WriterState now = state;
        return new WriterState(
                now.available(),
                now.reason(),
                now.pending() + alerts.size(),
                now.lost() + alerts.lost(),
                now.written(),
                now.failures());
    }
}
