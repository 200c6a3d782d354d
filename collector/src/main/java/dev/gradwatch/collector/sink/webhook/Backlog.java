package dev.gradwatch.collector.sink.webhook;

import dev.gradwatch.collector.model.Alert;
import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.model.AlertState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What one channel has yet to tell, alert by alert, in the order in which they first changed.
 *
 * <pre>
 *   outbox  ──────●────────●──●─────────●───────────▶ micros
 *                 │        │            │
 *              through   first        scanned: read this far
 *     all before is done   └─ of the oldest that waits; what was told out of turn behind it is known by its {@link Told}
 * </pre>
 *
 * <p>Not thread-safe. Reads {@link #PAGE} events at a time and keeps none of them; at {@link #MAX_ALERTS} it reads no further until some are told.
 */
final class Backlog {
    static final int MAX_ALERTS = 10_000;
    static final int PAGE = 200;

    private final Outbox outbox;
    private final Webhook webhook;
    private final boolean follows;
    private final List<Pattern> jobs;
    private final Map<String, Waiting> waiting = new LinkedHashMap<>();
    /** Resolved alerts that were told, by when: they may be forgotten as soon as nothing before them waits. */
    private final Map<String, Long> over = new HashMap<>();

    private long scannedMicros;

    /** @param follows whether messages can be changed or answered, so that small steps disturb nobody */
    Backlog(Outbox outbox, Webhook webhook, boolean follows, long throughMicros) {
        this.outbox = outbox;
        this.webhook = webhook;
        this.follows = follows;
        this.jobs = webhook.jobs().stream().map(Backlog::glob).toList();
        this.scannedMicros = throughMicros;
    }

    private static Pattern glob(String text) {
        List<String> parts = new ArrayList<>();
        for (String part : text.split("\\*", -1)) {
            parts.add(Pattern.quote(part));
        }
        return Pattern.compile(String.join(".*", parts), Pattern.DOTALL);
    }

    void fill() {
        List<AlertEvent> page;
        do {
            if (full()) {
                return;
            }
            page = outbox.after(scannedMicros, PAGE);
            for (AlertEvent event : page) {
                take(event);
                scannedMicros = event.micros();
            }
        } while (page.size() == PAGE);
    }

    boolean full() {
        return waiting.size() >= MAX_ALERTS;
    }

    private void take(AlertEvent event) {
        Alert alert = event.alert();
        if (!fits(alert)) {
            return;
        }
        Waiting known = waiting.get(alert.id());
        Told told = known == null ? told(alert.id()) : known.told;
        if (told != null && told.micros() >= event.micros()) {
            if (event.kind() == AlertEvent.Kind.RESOLVED) {
                over.put(alert.id(), event.micros());
            }
            return;
        }
        if (alert.state() == AlertState.MUTED) {
            if (told == null) {
                waiting.remove(alert.id());
            }
            return;
        }
        if (known != null) {
            known.add(event);
        } else if (tells(event, told)) {
            waiting.put(alert.id(), new Waiting(event, told));
        }
    }

    private boolean tells(AlertEvent event, @Nullable Told told) {
        if (told == null) {
            // Its opening would wait here, were it to be told: so it was muted, or is too small a matter, until now.
            return event.kind() != AlertEvent.Kind.RESOLVED
                    && event.alert().finding().severity().compareTo(webhook.minSeverity()) >= 0;
        }
        return switch (event.kind()) {
            case OPENED, REOPENED, UPDATED, RESOLVED -> true;
            case ACKNOWLEDGED -> follows;
            case MUTED, UNMUTED -> false;
        };
    }

    private boolean fits(Alert alert) {
        return jobs.isEmpty()
                || jobs.stream()
                        .anyMatch(job -> job.matcher(alert.job()).matches()
                                || job.matcher(alert.jobName()).matches());
    }

    private @Nullable Told told(String alert) {
        Optional<String> text = outbox.message(webhook.name(), alert);
        return text.isEmpty() ? null : Told.of(text.get());
    }

    List<Waiting> waiting() {
        return List.copyOf(waiting.values());
    }

    int size() {
        return waiting.size();
    }

    /** When the oldest event that waits was; {@link Long#MAX_VALUE} where none does. */
    long oldestMicros() {
        Iterator<Waiting> oldest = waiting.values().iterator();
        return oldest.hasNext() ? oldest.next().firstMicros : Long.MAX_VALUE;
    }

    /** How far the channel is done. */
    long throughMicros() {
        return waiting.isEmpty() ? scannedMicros : oldestMicros() - 1;
    }

    void done(Waiting one) {
        waiting.remove(one.alert);
        if (one.over()) {
            over.put(one.alert, one.lastMicros);
        }
    }

    void replace(Waiting one) {
        waiting.replace(one.alert, one);
    }

    /** Those that need not be remembered any more, and no longer are. */
    List<String> forget() {
        long through = throughMicros();
        List<String> forgotten = new ArrayList<>();
        over.entrySet().removeIf(entry -> {
            boolean past = entry.getValue() <= through;
            if (past) {
                forgotten.add(entry.getKey());
            }
            return past;
        });
        return forgotten;
    }

    /** The event that says how an alert stands now; null where the store no longer has it. */
    @Nullable
    AlertEvent event(Waiting one) {
        List<AlertEvent> events = outbox.after(one.lastMicros - 1, 1);
        if (events.isEmpty() || events.get(0).micros() != one.lastMicros) {
            return null;
        }
        AlertEvent last = events.get(0);
        return new AlertEvent(last.micros(), one.kind, last.alert());
    }
}
