package dev.gradwatch.collector.sink.store;

import dev.gradwatch.collector.model.Alert;
import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.model.AlertState;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** Alerts as they stand, and all that became of them. */
final class AlertTable {
    /** @param event packed, as {@code alert} is, which is the alert after it */
    record Row(Alert of, long micros, byte[] job, byte[] event, byte[] alert) {
        static Row of(AlertEvent event) {
            return new Row(
                    event.alert(),
                    event.micros(),
                    Key.of(event.alert().job()),
                    Packed.pack(AlertJson.write(event)),
                    Packed.pack(AlertJson.write(event.alert())));
        }
    }

    static void write(Handle handle, List<Row> rows) {
        if (rows.isEmpty()) {
            return;
        }
        PreparedBatch events = handle.prepareBatch(
                "INSERT INTO alert_events (micros, alert, job, body)"
                        + " VALUES (:micros, :alert, :job, :body) ON CONFLICT (micros, alert) DO UPDATE SET body = excluded.body");
        PreparedBatch alerts = handle.prepareBatch("INSERT INTO alerts (id, job, state, updated, body)"
                + " VALUES (:id, :job, :state, :updated, :body) ON CONFLICT (id) DO UPDATE SET job = excluded.job,"
                + " state = excluded.state, updated = excluded.updated, body = excluded.body");
        for (Row row : rows) {
            String id = Key.storable(row.of().id());
            events.bind("micros", row.micros())
                    .bind("alert", id)
                    .bind("job", row.job())
                    .bind("body", row.event())
                    .add();
            alerts.bind("id", id)
                    .bind("job", row.job())
                    .bind("state", row.of().state().id())
                    .bind("updated", row.of().updatedMicros())
                    .bind("body", row.alert())
                    .add();
        }
        events.execute();
        alerts.execute();
    }

    static List<Alert> alerts(Handle handle, Set<AlertState> states, @Nullable String job, int limit) {
        Query query = handle.createQuery("SELECT body FROM alerts WHERE 1 = 1"
                + (states.isEmpty() ? "" : " AND state IN (<states>)")
                + (job == null ? "" : " AND job = :job")
                + " ORDER BY updated DESC, id LIMIT :limit");
        if (!states.isEmpty()) {
            query.bindList("states", states.stream().map(AlertState::id).toList());
        }
        if (job != null) {
            query.bind("job", Key.of(job));
        }
        return read(query.bind("limit", Math.max(0, limit)), Alert.class);
    }

    static Optional<Alert> alert(Handle handle, String id) {
        Query query =
                handle.createQuery("SELECT body FROM alerts WHERE id = :id").bind("id", Key.storable(id));
        return read(query, Alert.class).stream().findFirst();
    }

    static List<AlertEvent> history(Handle handle, String alert) {
        Query query = handle.createQuery("SELECT body FROM alert_events WHERE alert = :alert ORDER BY micros")
                .bind("alert", Key.storable(alert));
        return read(query, AlertEvent.class);
    }

    static List<AlertEvent> eventsAfter(Handle handle, long micros, int limit) {
        Query query = handle.createQuery(
                        "SELECT body FROM alert_events WHERE micros > :micros ORDER BY micros, alert LIMIT :limit")
                .bind("micros", micros)
                .bind("limit", Math.max(0, limit));
        return read(query, AlertEvent.class);
    }

    private static <T> List<T> read(Query bodies, Class<T> type) {
        return bodies.map((rows, context) -> AlertJson.read(Packed.unpack(rows.getBytes(1)), type))
                .list();
    }

    private AlertTable() {}
}
