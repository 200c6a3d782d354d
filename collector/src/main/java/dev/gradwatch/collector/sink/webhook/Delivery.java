package dev.gradwatch.collector.sink.webhook;

import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.model.Severity;
import dev.gradwatch.collector.sink.webhook.Message.Tally;
import java.io.IOException;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One channel's deliveries, a {@link #turn} at a time: in order, at least once, and never again once the answer was stored. A server that is not well is
 * tried for ever; a message that it refuses is given up after {@link #MAX_TRIES}, counted, and its reason kept. One thread calls; {@link #state} is for any.
 */
final class Delivery {
    static final int MAX_TRIES = 4;
    /** Nothing to do until something is written. */
    static final long IDLE = Long.MAX_VALUE;

    private static final long MAX_WAIT_MILLIS = 3_600_000;
    private static final int REASON_CHARS = 300;
    private static final Comparator<Waiting> WORST_FIRST = Comparator.comparing(Waiting::over)
            .thenComparing(one -> one.severity, Comparator.reverseOrder())
            .thenComparing(one -> one.firstMicros);

    private final Webhook webhook;
    private final Channel channel;
    private final Telling telling;
    private final Outbox outbox;
    private final Post post;
    private final LongSupplier clock;
    private final Backoff backoff;
    private final Schedule schedule;
    private final RateLimit limit;
    private final Backlog backlog;

    /** What the outbox does not have yet; kept until it took it, so that a store that fails makes nothing be told twice. */
    private final Map<String, @Nullable String> unsaved = new HashMap<>();

    private long savedMicros;
    private long blockedUntilMicros;
    private int tries;
    private long sent;
    private long failed;
    private long savedFailed;
    private long retries;
    private String failedReason;
    private @Nullable String lastError;
    private volatile ChannelState state;

    Delivery(
            Webhook webhook,
            Channel channel,
            Telling telling,
            Outbox outbox,
            Post post,
            LongSupplier clock,
            DoubleSupplier fraction) {
        this.webhook = webhook;
        this.channel = channel;
        this.telling = telling;
        this.outbox = outbox;
        this.post = post;
        this.clock = clock;
        this.backoff = new Backoff(fraction);
        this.schedule = new Schedule(webhook);
        this.limit = new RateLimit(channel.rate());
        Outbox.Progress progress =
                outbox.progress(webhook.name()).orElseGet(() -> new Outbox.Progress(clock.getAsLong(), 0, ""));
        this.savedMicros = progress.throughMicros();
        this.failed = progress.failed();
        this.savedFailed = failed;
        this.failedReason = progress.reason();
        this.backlog = new Backlog(outbox, webhook, channel.follow() != Channel.Follow.LINE, savedMicros);
        this.state = snapshot();
        // A channel that is new begins now, and if it fails from its first message on, it must not begin later after a
        // restart.
        outbox.save(webhook.name(), progress, Map.of());
    }

    ChannelState state() {
        return state;
    }

    /**
     * Sends at most one message.
     *
     * @return when to come again, Unix time in microseconds, or before it where something was written; {@link #IDLE} for only then
     * @throws RuntimeException where the outbox does not answer
     */
    long turn() throws InterruptedException {
        try {
            return next();
        } finally {
            state = snapshot();
        }
    }

    private long next() throws InterruptedException {
        save();
        backlog.fill();
        long now = clock.getAsLong();
        if (blockedUntilMicros > now) {
            return blockedUntilMicros;
        }
        Schedule.Next next = schedule.next(backlog, now);
        if (next.batch().isEmpty()) {
            save();
            return next.notBefore();
        }
        long free = limit.freeMicros(now);
        if (free > now) {
            return free;
        }
        Message message =
                next.digest() ? digest(next.batch()) : single(next.batch().get(0));
        if (message == null) {
            next.batch().forEach(backlog::done);
            return now;
        }
        // The server may take its time, and who looks meanwhile should see what waits.
        state = snapshot();
        Outcome outcome =
                send(message, next.digest() ? "" : editable(next.batch().get(0)), now);
        settle(next, outcome);
        return clock.getAsLong();
    }

    private @Nullable Message single(Waiting one) {
        AlertEvent event = backlog.event(one);
        if (event == null) {
            return null;
        }
        if (one.cameAndWent()) {
            return telling.cameAndWent(event);
        }
        return one.fresh() || !editable(one).isEmpty() ? telling.full(event) : telling.brief(event);
    }

    /** What the server calls the message that the next one replaces; empty where it is to be a new one. */
    private String editable(Waiting one) {
        boolean edits = channel.follow() == Channel.Follow.EDIT && !one.fresh() && one.told != null;
        return edits ? Objects.requireNonNull(one.told).message() : "";
    }

    private @Nullable Message digest(List<Waiting> batch) {
        Map<Severity, Integer> open = new EnumMap<>(Severity.class);
        int resolved = 0;
        int cameAndWent = 0;
        for (Waiting one : batch) {
            if (one.cameAndWent()) {
                cameAndWent++;
            } else if (one.over()) {
                resolved++;
            } else {
                open.merge(one.severity, 1, Integer::sum);
            }
        }
        List<AlertEvent> first = batch.stream()
                .filter(one -> !one.cameAndWent())
                .sorted(WORST_FIRST)
                .limit(Telling.MAX_LINES)
                .map(backlog::event)
                .filter(Objects::nonNull)
                .map(Objects::requireNonNull)
                .toList();
        long last = batch.stream().mapToLong(one -> one.lastMicros).max().orElseThrow();
        String key = "digest-" + batch.get(0).firstMicros + "-" + last;
        return telling.digest(new Tally(open, resolved, cameAndWent), first, key);
    }

    private Outcome send(Message message, String earlier, long nowMicros) throws InterruptedException {
        limit.sent(nowMicros);
        try {
            return channel.read(post.send(channel.call(message, webhook, earlier, nowMicros)));
        } catch (IOException e) {
            return Outcome.later(0, String.valueOf(e.getMessage()));
        }
    }

    private void settle(Schedule.Next next, Outcome outcome) {
        if (outcome.result() == Outcome.Result.DELIVERED) {
            next.batch().forEach(one -> told(one, next.digest(), outcome.message()));
            sent++;
            lastError = null;
            finished(next);
            return;
        }
        lastError = Cut.chars(Cut.line(Masking.scrub(outcome.reason(), webhook)), REASON_CHARS);
        if (outcome.result() == Outcome.Result.GONE) {
            next.batch().forEach(one -> backlog.replace(one.withoutMessage()));
            return;
        }
        retries++;
        if (outcome.result() == Outcome.Result.REFUSED && ++tries >= MAX_TRIES) {
            failed += next.batch().size();
            failedReason = lastError;
            next.batch().forEach(one -> told(one, true, ""));
            finished(next);
            return;
        }
        long waitMillis = Math.min(MAX_WAIT_MILLIS, Math.max(outcome.waitMillis(), backoff.nextMillis()));
        blockedUntilMicros = clock.getAsLong() + 1_000 * waitMillis;
    }

    private void told(Waiting one, boolean shared, String message) {
        boolean own = !shared && one.fresh();
        String kept = own ? message : one.told == null ? "" : one.told.message();
        unsaved.put(one.alert, new Told(one.lastMicros, kept).text());
        backlog.done(one);
    }

    private void finished(Schedule.Next next) {
        tries = 0;
        backoff.reset();
        schedule.sent(next.digest(), clock.getAsLong());
        save();
    }

    /** Nothing is written where nothing changed. */
    private void save() {
        long through = backlog.throughMicros();
        if (through == savedMicros && failed == savedFailed && unsaved.isEmpty()) {
            return;
        }
        backlog.forget().forEach(alert -> unsaved.put(alert, null));
        outbox.save(webhook.name(), new Outbox.Progress(through, failed, failedReason), unsaved);
        unsaved.clear();
        savedMicros = through;
        savedFailed = failed;
    }

    private ChannelState snapshot() {
        return new ChannelState(
                webhook.name(),
                webhook.kind(),
                webhook.masked(),
                sent,
                failed,
                failedReason,
                retries,
                backlog.size(),
                backlog.size() == 0 ? null : (Long) backlog.oldestMicros(),
                lastError);
    }
}
