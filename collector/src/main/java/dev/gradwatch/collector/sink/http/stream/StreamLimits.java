package dev.gradwatch.collector.sink.http.stream;

import java.time.Duration;

/**
 * @param streams at most, of all clients
 * @param queue frames that may wait for one client
 * @param stall how long a client may leave what waits for it unread
 * @param heartbeat how often a comment is sent, by which proxies see that the stream lives
 */
public record StreamLimits(int streams, int queue, Duration stall, Duration heartbeat) {
    public static final StreamLimits DEFAULTS =
            new StreamLimits(256, 1_000, Duration.ofSeconds(10), Duration.ofSeconds(15));
}
