package dev.gradwatch.collector.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A database that goes with its process: for what is shown, and not kept. Closed after whatever uses it; an exit of the process closes it too. */
final class TemporaryStore implements AutoCloseable {
    private final Path folder;
    private final Thread atExit = new Thread(this::close, "gradwatch-temporary-store");

    private TemporaryStore(Path folder) {
        this.folder = folder;
    }

    static TemporaryStore make() throws IOException {
        TemporaryStore store = new TemporaryStore(Files.createTempDirectory("gradwatch-"));
        Runtime.getRuntime().addShutdownHook(store.atExit);
        return store;
    }

    String url() {
        return "jdbc:sqlite:" + folder.resolve("jobs.db");
    }

    /** From here on an exit of the process does not close it, but whoever called this does: after what still writes there. */
    void closedByCaller() {
        Runtime.getRuntime().removeShutdownHook(atExit);
    }

    @Override
    public void close() {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | UncheckedIOException leftToTheSystemsCleaner) {
            // Nobody misses what is in it.
            return;
        }
    }
}
