package dev.gradwatch.collector.sink.store;

/** The database did not take or give what it was asked for; the message says why, in one line and without secrets. */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final boolean refused;

    /** The database does not answer, or has no room; it may later. */
    public StoreException(String message, Throwable cause) {
        this(message, cause, false);
    }

    /** @param refused whether what was asked is at fault, so that asking again is of no use */
    public StoreException(String message, Throwable cause, boolean refused) {
        super(message, cause);
        this.refused = refused;
    }

    StoreException(String message) {
        super(message);
        refused = false;
    }

    /** Whether what was asked is at fault, so that asking again is of no use. */
    public boolean refused() {
        return refused;
    }
}
