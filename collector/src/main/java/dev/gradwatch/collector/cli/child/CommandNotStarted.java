package dev.gradwatch.collector.cli.child;

import java.io.IOException;

/** A command that could not be started, with the exit status that a shell would give. */
public final class CommandNotStarted extends IOException {
    private static final long serialVersionUID = 1;

    /** POSIX: a command that was found and cannot be executed. */
    static final int NOT_EXECUTABLE = 126;
    /** POSIX: a command that was not found. */
    static final int NOT_FOUND = 127;

    private final int exitStatus;

    CommandNotStarted(String message, int exitStatus) {
        super(message);
        this.exitStatus = exitStatus;
    }

    public int exitStatus() {
        return exitStatus;
    }
}
