package dev.gradwatch.collector.sink.store;

import com.zaxxer.hikari.HikariConfig;
import java.sql.SQLException;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** Where the kinds of databases differ. Implementations are thread-safe and hold no connection. */
interface Database {
    String kind();

    /** What messages call it: where it is, without a user or a password. */
    String place();

    /** How a connection is made. */
    HikariConfig connections();

    /** What the migrations' placeholders stand for. */
    Map<String, String> words();

    /** The function of a text and a part of it that is above 0 where the text holds the part. */
    String position();

    /** A query for the names of the tables that are there. */
    String tables();

    /** In a transaction's beginning: waits until no other process is in one that writes. */
    void takeTurn(Handle handle);

    /** What it takes on its disk. */
    long bytes(Handle handle);

    /** What of that would be missed: without the room that removed rows left, which {@link #shrink} may not give back at once. */
    long usedBytes(Handle handle);

    /** Gives room that removed rows left back to the disk, as far as that is cheap. Outside a transaction. */
    void shrink(Handle handle);

    /** The reason in a few words, {@link #place} in it where it helps, and whose fault it is. */
    Reason reason(SQLException e);

    /** @param refused whether what was asked is at fault, so that asking again is of no use */
    record Reason(String text, boolean refused) {
        static Reason away(String text) {
            return new Reason(text, false);
        }

        static Reason refused(String text) {
            return new Reason(text, true);
        }
    }
}
