package dev.gradwatch.collector.sink.http.stream;

import java.util.List;

/** Where what a client missed is found. */
public interface Backlog {
    /** Lasting frames after a moment, oldest first, at most {@code limit}; blocks. Throws where they cannot be read. */
    List<Frame> after(long micros, int limit);
}
