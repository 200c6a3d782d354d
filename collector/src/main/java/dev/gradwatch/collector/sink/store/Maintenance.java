package dev.gradwatch.collector.sink.store;

import dev.gradwatch.collector.sink.store.Store.Removed;
import dev.gradwatch.collector.sink.store.Store.Retention;
import java.util.List;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** One round of making old series coarser and removing what is not kept, in transactions short enough for writes to come between. */
final class Maintenance {
    /** Rows of one table removed in one transaction. */
    private static final int STEP_ROWS = 1_000;

    private final Database database;
    private final Transactor transaction;
    private final Transactor plain;

    /** Runs on the connection that writes. */
    interface Transactor {
        <T extends @Nullable Object> T run(Function<Handle, T> work);
    }

    /** Events after it are still to be delivered. */
    private long undelivered;

    private int jobs;
    private int events;
    private int points;

    /** @param plain outside a transaction */
    Maintenance(Database database, Transactor transaction, Transactor plain) {
        this.database = database;
        this.transaction = transaction;
        this.plain = plain;
    }

    Removed run(long nowMicros, Retention retention) {
        long before = nowMicros - retention.jobMicros();
        undelivered = Math.max(plain.run(DeliveryTable::slowestMicros), nowMicros - Retention.DELIVERY_MICROS);
        while (transaction.run(handle -> Coarsening.step(handle, nowMicros)) > 0) {
            // Goes on.
        }
        boolean removed = removeEnded(before);
        removeWithoutJob(before);
        transaction.run(handle -> {
            MuteTable.removeOver(handle, before);
            return null;
        });
        if (retention.maxBytes() > 0 && plain.run(database::bytes) > retention.maxBytes()) {
            removeUntilBelow(retention.maxBytes());
            // Also where nothing went: rows that went earlier may have left room that is not given back yet.
            removed = true;
        }
        if (removed) {
            plain.run(handle -> {
                database.shrink(handle);
                return null;
            });
        }
        return new Removed(jobs, events, points);
    }

    private boolean removeEnded(long before) {
        int was = jobs;
        for (byte[] job = firstEnded(before); job != null; job = firstEnded(before)) {
            remove(job);
        }
        return jobs > was;
    }

    private void removeUntilBelow(long maxBytes) {
        for (byte[] job = firstEnded(Long.MAX_VALUE); job != null; job = firstEnded(Long.MAX_VALUE)) {
            if (plain.run(database::usedBytes) <= maxBytes) {
                break;
            }
            remove(job);
        }
    }

    private byte @Nullable [] firstEnded(long before) {
        List<byte[]> first = plain.run(handle -> handle.createQuery(
                        "SELECT job FROM jobs WHERE running = 0 AND ended < :before AND NOT EXISTS (SELECT 1 FROM"
                                + " alert_events WHERE alert_events.job = jobs.job AND micros > :undelivered)"
                                + " ORDER BY ended LIMIT 1")
                .bind("before", before)
                .bind("undelivered", undelivered)
                .map((rows, context) -> rows.getBytes(1))
                .list());
        return first.isEmpty() ? null : first.get(0);
    }

    /** The job itself last: where this is cut off, the next round finds it again. */
    void remove(byte[] job) {
        while (transaction.run(handle -> FactTable.removeSome(handle, job, STEP_ROWS)) > 0) {
            // Goes on.
        }
        points += removeSome("points", "(series, span, micros)", "series, span, micros", job);
        events += removeSome("alert_events", "(micros, alert)", "micros, alert", job);
        while (transaction.run(handle -> DeliveryTable.removeSome(handle, job, STEP_ROWS)) > 0) {
            // Goes on.
        }
        removeSome("alerts", "id", "id", job);
        jobs += transaction.run(handle -> {
            delete(handle, "DELETE FROM reports WHERE job = :job", job);
            return delete(handle, "DELETE FROM jobs WHERE job = :job", job);
        });
    }

    private int removeSome(String table, String key, String columns, byte[] job) {
        String sql = "DELETE FROM " + table + " WHERE job = :job AND " + key + " IN (SELECT " + columns + " FROM "
                + table + " WHERE job = :job LIMIT " + STEP_ROWS + ")";
        int all = 0;
        for (int some = STEP_ROWS; some == STEP_ROWS; all += some) {
            some = transaction.run(handle -> delete(handle, sql, job));
        }
        return all;
    }

    private static int delete(Handle handle, String sql, byte[] job) {
        return handle.createUpdate(sql).bind("job", job).execute();
    }

    /** Alerts whose job was never written, or was removed while they were on their way. */
    private void removeWithoutJob(long before) {
        List<byte[]> lost = plain.run(handle -> handle.createQuery("SELECT DISTINCT job FROM alerts"
                        + " WHERE updated < :before AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.job = alerts.job)")
                .bind("before", before)
                .map((rows, context) -> rows.getBytes(1))
                .list());
        lost.forEach(this::remove);
    }
}
