package dev.gradwatch.collector.cli.sidecar;

import java.io.IOException;
import java.nio.file.Path;

/** A store is another process's, for as long as that one lives. */
public final class StoreTaken extends IOException {
    private static final long serialVersionUID = 1;

    StoreTaken(Path store) {
        super("store: " + store + " is another collector's (expected: --store with a file of its own)");
    }
}
