package dev.gradwatch.collector.sink.http;

import dev.gradwatch.collector.sink.http.stream.StreamLimits;
import java.time.Duration;

/**
 * What the API gives at most. Past a limit a request is refused and counted.
 *
 * @param bodyBytes of a request
 * @param headerBytes of all headers of a request
 * @param urlBytes of a request's first line
 * @param connections at the same time
 * @param workers threads that ask the directory
 * @param workQueue requests that wait for one of them
 * @param sessions people that are logged in
 * @param sessionLife how long a login holds
 * @param request within it a request's head must be complete, and again its body
 * @param idle after it a connection without a byte is closed
 */
public record HttpLimits(
        int bodyBytes,
        int headerBytes,
        int urlBytes,
        int connections,
        int workers,
        int workQueue,
        int sessions,
        Duration sessionLife,
        Duration request,
        Duration idle,
        Rates rates,
        StreamLimits streams) {
    public static final HttpLimits DEFAULTS = new HttpLimits(
            64 << 10,
            16 << 10,
            8 << 10,
            1_024,
            8,
            256,
            1_000,
            Duration.ofHours(12),
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            Rates.DEFAULTS,
            StreamLimits.DEFAULTS);

    /**
     * How often one client address may ask.
     *
     * @param burst requests at once, after a pause
     * @param addresses that are told apart; of more, those that asked longest ago are forgotten
     */
    public record Rates(double perSecond, int burst, int loginsPerMinute, int addresses) {
        public static final Rates DEFAULTS = new Rates(50, 200, 5, 10_000);
    }

    public HttpLimits with(Rates otherRates) {
        return new HttpLimits(
                bodyBytes,
                headerBytes,
                urlBytes,
                connections,
                workers,
                workQueue,
                sessions,
                sessionLife,
                request,
                idle,
                otherRates,
                streams);
    }

    public HttpLimits with(StreamLimits otherStreams) {
        return new HttpLimits(
                bodyBytes,
                headerBytes,
                urlBytes,
                connections,
                workers,
                workQueue,
                sessions,
                sessionLife,
                request,
                idle,
                rates,
                otherStreams);
    }

    HttpLimits withTimes(Duration otherRequest, Duration otherIdle) {
        return new HttpLimits(
                bodyBytes,
                headerBytes,
                urlBytes,
                connections,
                workers,
                workQueue,
                sessions,
                sessionLife,
                otherRequest,
                otherIdle,
                rates,
                streams);
    }

    HttpLimits withRoom(int otherConnections, int otherWorkers, int otherWorkQueue) {
        return new HttpLimits(
                bodyBytes,
                headerBytes,
                urlBytes,
                otherConnections,
                otherWorkers,
                otherWorkQueue,
                sessions,
                sessionLife,
                request,
                idle,
                rates,
                streams);
    }
}
