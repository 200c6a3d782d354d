package dev.gradwatch.collector.sink.store;

import dev.gradwatch.collector.model.Mute;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** Mutes. */
final class MuteTable {
    /** @param body packed */
    record Row(String id, long until, byte[] body) {
        static Row of(Mute mute) {
            return new Row(Key.storable(mute.id()), mute.untilMicros(), Packed.pack(AlertJson.write(mute)));
        }
    }

    static void write(Handle handle, List<Row> rows) {
        if (rows.isEmpty()) {
            return;
        }
        PreparedBatch mutes = handle.prepareBatch("INSERT INTO mutes (id, until, body) VALUES (:id, :until, :body)"
                + " ON CONFLICT (id) DO UPDATE SET until = excluded.until, body = excluded.body");
        rows.forEach(row -> mutes.bind("id", row.id())
                .bind("until", row.until())
                .bind("body", row.body())
                .add());
        mutes.execute();
    }

    static List<Mute> mutes(Handle handle, long nowMicros) {
        return handle.createQuery("SELECT body FROM mutes WHERE until > :now ORDER BY until, id")
                .bind("now", nowMicros)
                .map((rows, context) -> AlertJson.read(Packed.unpack(rows.getBytes(1)), Mute.class))
                .list();
    }

    static void removeOver(Handle handle, long beforeMicros) {
        handle.createUpdate("DELETE FROM mutes WHERE until < :before")
                .bind("before", beforeMicros)
                .execute();
    }

    private MuteTable() {}
}
