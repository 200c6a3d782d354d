package dev.gradwatch.collector.sink.webhook;

import java.util.List;

/** How many messages a server takes in how long; all of the windows hold at once. */
record Rate(List<Window> windows) {
    record Window(int sends, long millis) {}

    static final Rate NONE = new Rate(List.of());

    static Rate of(int sends, long millis) {
        return new Rate(List.of(new Window(sends, millis)));
    }

    Rate and(int sends, long millis) {
        return new Rate(List.of(windows.get(0), new Window(sends, millis)));
    }
}
