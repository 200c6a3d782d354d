package dev.gradwatch.collector.sink.webhook;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Says what of a backlog may be told now. A few alerts go one by one; more go as one digest, and then at most one a minute, so that a thousand in a minute
 * are a handful of messages. Quiet hours and a digest window hold back all but what is critical. Not thread-safe.
 */
final class Schedule {
    /** Messages about single alerts in any minute; and alerts that may wait before they become a digest. */
    static final int FEW = 5;

    static final long MINUTE_MICROS = 60_000_000;

    private static final long LONG_AGO = Long.MIN_VALUE / 2;

    private final Webhook webhook;
    private final Deque<Long> singles = new ArrayDeque<>();
    private long lastDigestMicros = LONG_AGO;

    Schedule(Webhook webhook) {
        this.webhook = webhook;
    }

    /**
     * @param batch what to tell in the next message; empty for nothing yet
     * @param notBefore where the batch is empty, when to ask again; {@link Long#MAX_VALUE} for when something changes
     */
    record Next(List<Waiting> batch, boolean digest, long notBefore) {
        static Next at(long untilMicros) {
            return new Next(List.of(), false, untilMicros);
        }

        static Next single(Waiting one) {
            return new Next(List.of(one), false, 0);
        }
    }

    Next next(Backlog backlog, long nowMicros) {
        List<Waiting> all = backlog.waiting();
        if (all.isEmpty()) {
            return Next.at(Long.MAX_VALUE);
        }
        List<Waiting> urgent = all.stream().filter(Waiting::urgent).toList();
        long heldUntil = heldUntil(backlog.oldestMicros(), nowMicros);
        boolean held = heldUntil > nowMicros;
        if (held) {
            all.forEach(one -> one.gathered = true);
        }
        List<Waiting> ready = held ? urgent : all;
        if (ready.isEmpty()) {
            return Next.at(heldUntil);
        }
        boolean gathered = !held && ready.stream().anyMatch(one -> one.gathered);
        long singleFree = singleFree(nowMicros);
        long digestFree = Math.max(nowMicros, lastDigestMicros + MINUTE_MICROS);
        if (ready.size() > FEW || (gathered && ready.size() > 1)) {
            if (digestFree <= nowMicros || backlog.full()) {
                return new Next(ready, true, 0);
            }
            boolean few = !urgent.isEmpty() && urgent.size() <= FEW;
            return few && singleFree <= nowMicros ? Next.single(urgent.get(0)) : Next.at(digestFree);
        }
        if (singleFree <= nowMicros) {
            return Next.single(ready.get(0));
        }
        return !urgent.isEmpty() && digestFree <= nowMicros
                ? new Next(ready, ready.size() > 1, 0)
                : Next.at(singleFree);
    }

    private long heldUntil(long oldestMicros, long nowMicros) {
        QuietHours quiet = webhook.quietHours();
        long until = quiet != null && quiet.at(nowMicros) ? quiet.endMicros(nowMicros) : 0;
        return webhook.digest().isZero()
                ? until
                : Math.max(until, oldestMicros + 1_000 * webhook.digest().toMillis());
    }

    private long singleFree(long nowMicros) {
        while (!singles.isEmpty() && singles.getFirst() + MINUTE_MICROS <= nowMicros) {
            singles.removeFirst();
        }
        return singles.size() < FEW ? nowMicros : singles.getFirst() + MINUTE_MICROS;
    }

    /** What was taken by the server counts; what was not is tried again. */
    void sent(boolean digest, long nowMicros) {
        if (digest) {
            lastDigestMicros = nowMicros;
        } else {
            singles.addLast(nowMicros);
        }
    }
}
