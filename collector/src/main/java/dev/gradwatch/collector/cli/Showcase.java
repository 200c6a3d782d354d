package dev.gradwatch.collector.cli;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Runs that are shown until somebody has seen enough, and kept nowhere. Whoever opens one closes it. */
final class Showcase implements AutoCloseable {
    private final TemporaryStore store;
    private final Board board;
    private @Nullable ServedPage page;

    private Showcase(TemporaryStore store, Board board) {
        this.store = store;
        this.board = board;
    }

    /** What is shown: it opens a board in a store. */
    interface Exhibit {
        Board show(TemporaryStore store) throws IOException;
    }

    /**
     * Opens the board and serves its page.
     *
     * @throws IOException in one line, where it cannot be
     */
    static Showcase open(Exhibit exhibit, PageOptions options) throws IOException {
        TemporaryStore store = TemporaryStore.make();
        try {
            Showcase showcase = new Showcase(store, exhibit.show(store));
            showcase.serve(options);
            return showcase;
        } catch (IOException | RuntimeException e) {
            store.close();
            throw e;
        }
    }

    private void serve(PageOptions options) throws IOException {
        try {
            page = board.show(options);
        } catch (IOException | RuntimeException e) {
            board.close();
            throw e;
        }
    }

    ServedPage page() {
        if (page == null) {
            throw new IllegalStateException("page: none (expected: an open one)");
        }
        return page;
    }

    /**
     * Blocks until the process is told to stop, and then closes this.
     *
     * @param ready is run once a stop is heard
     */
    void stay(Runnable ready) throws InterruptedException {
        store.closedByCaller();
        Stay.closing(this::close);
        ready.run();
        Stay.forGood();
    }

    @Override
    public void close() {
        try {
            board.close();
        } finally {
            // Whatever went wrong above, nothing of it stays.
            store.close();
        }
    }
}
