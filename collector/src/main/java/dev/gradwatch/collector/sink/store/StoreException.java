package dev.gradwatch.collector.sink.store;

/** The database did not take or give what it was asked for; the message says why, in one line and without secrets. */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
