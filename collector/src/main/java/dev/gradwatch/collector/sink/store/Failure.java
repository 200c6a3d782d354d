package dev.gradwatch.collector.sink.store;

import dev.gradwatch.collector.sink.store.Database.Reason;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What libraries throw, as what callers are promised. */
final class Failure {
    private static final int MAX_LINE = 200;

    static StoreException of(Database database, Exception e) {
        if (e instanceof StoreException already) {
            return already;
        }
        SQLException sql = innermost(e);
        if (sql != null) {
            Reason reason = database.reason(sql);
            return new StoreException("store: " + reason.text(), e, reason.refused());
        }
        if (e instanceof UncheckedIOException) {
            return new StoreException(
                    "store: " + database.place() + " holds a row that cannot be read (" + line(e) + ")", e, true);
        }
        return new StoreException("store: " + database.place() + " failed (" + line(e) + ")", e, true);
    }

    /** The driver's own words; a pool and JDBI wrap them. */
    private static @Nullable SQLException innermost(Throwable e) {
        SQLException found = null;
        for (Throwable at = e; at != null; at = at.getCause()) {
            if (at instanceof SQLException sql) {
                found = sql;
            }
        }
        return found;
    }

    /** A message's first line, cut: some drivers go on with the row that failed. */
    static String line(Throwable e) {
        String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        String line = message.lines().findFirst().orElse("").strip();
        return line.length() <= MAX_LINE ? line : line.substring(0, MAX_LINE) + "…";
    }

    private Failure() {}
}
