package dev.gradwatch.collector.cli;

import java.io.IOException;

/** A command cannot be watched, for a reason that is no fault of its user's; it can still run. */
final class CannotWatch extends IOException {
    private static final long serialVersionUID = 1;

    CannotWatch(Throwable cause) {
        super(cause.getMessage() == null ? cause.toString() : cause.getMessage(), cause);
    }
}
