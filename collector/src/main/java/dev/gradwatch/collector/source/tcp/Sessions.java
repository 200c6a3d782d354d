package dev.gradwatch.collector.source.tcp;

import dev.gradwatch.collector.model.ObservationSink;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What all connections share, and which connection speaks for which rank. Thread-safe. */
final class Sessions {
    /** How long a connection may be there without a whole Hello. */
    static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(10);

    /** How long a connection may be silent. Reporters send Progress every second. */
    static final Duration IDLE_TIMEOUT = Duration.ofSeconds(90);

    /** Connections at once. */
    static final int MAX_CONNECTIONS = 65_536;

    /** Connections at once that have not said Hello yet; they are there for {@link #HANDSHAKE_TIMEOUT} at most. */
    static final int MAX_GREETING = 4096;

    /** Bytes that all connections together may hold of what is not whole yet; a quarter of the heap where that is less. */
    static final long MAX_RECEIVE_BYTES = 256L << 20;

    final ObservationSink sink;
    final InstantSource clock;
    final Duration handshakeTimeout;
    final Duration idleTimeout;
    final Counters counters = new Counters();
    final ReceiveBudget budget;
    final Nodes nodes;
    final WrongTokens wrongTokens;
    /** SHA-256 of what Hello must say. */
    final byte @Nullable [] tokenHash;

    volatile Kept kept = Kept.AT_ONCE;

    private final Map<RankKey, Session> byRank = new ConcurrentHashMap<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger greeting = new AtomicInteger();
    private volatile boolean closing;

    Sessions(
            ObservationSink sink,
            byte @Nullable [] tokenHash,
            InstantSource clock,
            Duration handshakeTimeout,
            Duration idleTimeout,
            long receiveBytes) {
        this.sink = sink;
        this.tokenHash = tokenHash;
        this.clock = clock;
        this.wrongTokens = new WrongTokens(clock);
        this.handshakeTimeout = handshakeTimeout;
        this.idleTimeout = idleTimeout;
        this.budget = new ReceiveBudget(receiveBytes);
        this.nodes = new Nodes(sink, Nodes.GRACE);
    }

    static Sessions of(ObservationSink sink, byte @Nullable [] tokenHash) {
        return new Sessions(
                sink,
                tokenHash,
                InstantSource.system(),
                HANDSHAKE_TIMEOUT,
                IDLE_TIMEOUT,
                Math.min(MAX_RECEIVE_BYTES, Runtime.getRuntime().maxMemory() / 4));
    }

    long nowMicros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
    }

    /** A connection came; false where it is one too many. Either way {@link #disconnected} follows. */
    boolean connected() {
        counters.opened.increment();
        boolean connectionFits = connections.incrementAndGet() <= MAX_CONNECTIONS;
        boolean greetingFits = greeting.incrementAndGet() <= MAX_GREETING;
        return connectionFits && greetingFits;
    }

    /** A connection said Hello, or ended before it did. */
    void greeted() {
        greeting.decrementAndGet();
    }

    void disconnected() {
        connections.decrementAndGet();
    }

    int connectionsNow() {
        return connections.get();
    }

    /** Makes a connection the one that speaks for its rank, and silences the one that did before. */
    void speaksFor(RankKey rank, Session session) {
        Session before = byRank.put(rank, session);
        if (before != null && before != session) {
            before.supersede(session.pid());
        }
    }

    void fallsSilent(RankKey rank, Session session) {
        byRank.remove(rank, session);
    }

    @Nullable
    Session speakerFor(String job, int rank) {
        return byRank.get(new RankKey(job, rank));
    }

    /** From now on nothing is handed to the sink: a collector that stops has not lost its ranks. */
    void close() {
        closing = true;
    }

    boolean closing() {
        return closing;
    }

    record RankKey(String job, int rank) {}
}
