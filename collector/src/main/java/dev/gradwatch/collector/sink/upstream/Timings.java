package dev.gradwatch.collector.sink.upstream;

import java.time.Duration;

/**
 * How long things take.
 *
 * @param connect at most, until a connection stands
 * @param answer at most, until the other collector answers Hello, or closes after Goodbye
 * @param refused until one that was refused is tried again
 * @param stillHere between words that keep a connection open; the other collector waits 90 s
 * @param linger until a job that ended has nothing more to print
 */
record Timings(Duration connect, Duration answer, Duration refused, Duration stillHere, Duration linger) {
    static final Timings DEFAULTS = new Timings(
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            Duration.ofSeconds(30),
            Duration.ofSeconds(5));
}
