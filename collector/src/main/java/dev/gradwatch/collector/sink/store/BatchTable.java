package dev.gradwatch.collector.sink.store;

import org.jdbi.v3.core.Handle;

/**
 * The batches that were written last. A commit whose answer was lost on its way looks like a failure, and the batch comes again; without this its
 * points would count twice.
 */
final class BatchTable {
    /** Far more than writers could have under way at once. */
    static final int KEPT = 1_000;

    /** Notes a batch; false where it was noted before. */
    static boolean first(Handle handle, String id) {
        int added = handle.createUpdate(
                        "INSERT INTO batches (id, place)"
                                + " VALUES (:id, (SELECT coalesce(max(place), 0) + 1 FROM batches)) ON CONFLICT (id) DO NOTHING")
                .bind("id", Key.storable(id))
                .execute();
        if (added > 0) {
            handle.createUpdate("DELETE FROM batches WHERE place <= (SELECT max(place) FROM batches) - :kept")
                    .bind("kept", KEPT)
                    .execute();
        }
        return added > 0;
    }

    private BatchTable() {}
}
