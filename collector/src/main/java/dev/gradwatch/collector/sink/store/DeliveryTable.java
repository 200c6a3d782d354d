package dev.gradwatch.collector.sink.store;

import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/** How far channels are, and what they remember of the alerts that they told. */
final class DeliveryTable {
    static Optional<Delivered> delivered(Handle handle, String channel) {
        return handle.createQuery("SELECT through, failed, reason FROM deliveries WHERE channel = :channel")
                .bind("channel", Key.storable(channel))
                .map((rows, context) -> new Delivered(rows.getLong(1), rows.getLong(2), rows.getString(3)))
                .findOne();
    }

    static Optional<String> message(Handle handle, String channel, String alert) {
        return handle.createQuery("SELECT message FROM messages WHERE channel = :channel AND alert = :alert")
                .bind("channel", Key.storable(channel))
                .bind("alert", Key.storable(alert))
                .mapTo(String.class)
                .findOne();
    }

    static void save(Handle handle, String channel, Delivered delivered, Map<String, @Nullable String> messages) {
        handle.createUpdate("INSERT INTO deliveries (channel, through, failed, reason)"
                        + " VALUES (:channel, :through, :failed, :reason) ON CONFLICT (channel) DO UPDATE SET"
                        + " through = excluded.through, failed = excluded.failed, reason = excluded.reason")
                .bind("channel", Key.storable(channel))
                .bind("through", delivered.throughMicros())
                .bind("failed", delivered.failed())
                .bind("reason", Key.storable(delivered.reason()))
                .execute();
        PreparedBatch kept = handle.prepareBatch("INSERT INTO messages (channel, alert, message)"
                + " VALUES (:channel, :alert, :message)"
                + " ON CONFLICT (channel, alert) DO UPDATE SET message = excluded.message");
        PreparedBatch forgotten =
                handle.prepareBatch("DELETE FROM messages WHERE channel = :channel AND alert = :alert");
        messages.forEach((alert, message) -> {
            PreparedBatch batch = message == null ? forgotten : kept.bind("message", Key.storable(message));
            batch.bind("channel", Key.storable(channel))
                    .bind("alert", Key.storable(alert))
                    .add();
        });
        execute(kept);
        execute(forgotten);
    }

    private static void execute(PreparedBatch batch) {
        if (batch.size() > 0) {
            batch.execute();
        }
    }

    /** Of a job's alerts, at most so many; how many they were. */
    static int removeSome(Handle handle, byte[] job, int most) {
        return handle.createUpdate("DELETE FROM messages WHERE (channel, alert) IN (SELECT messages.channel,"
                        + " messages.alert FROM alerts JOIN messages ON messages.alert = alerts.id"
                        + " WHERE alerts.job = :job LIMIT " + most + ")")
                .bind("job", job)
                .execute();
    }

    /** The time of the last event that every channel is done with; {@link Long#MAX_VALUE} where there is none. */
    static long slowestMicros(Handle handle) {
        return handle.createQuery("SELECT MIN(through) FROM deliveries")
                .map((rows, context) -> {
                    long through = rows.getLong(1);
                    return rows.wasNull() ? Long.MAX_VALUE : through;
                })
                .one();
    }

    private DeliveryTable() {}
}
