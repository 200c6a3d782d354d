package dev.gradwatch.collector.sink.webhook;

import java.io.IOException;

/** Brings a call to a server and its answer back. */
interface Post {
    /**
     * Blocks until there is an answer, for a bounded time.
     *
     * @throws IOException where there is none; its text may name the host, never a path
     */
    Answer send(Call call) throws IOException, InterruptedException;
}
