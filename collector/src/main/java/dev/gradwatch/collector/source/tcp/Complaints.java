package dev.gradwatch.collector.source.tcp;

import dev.gradwatch.wire.FrameKind;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is wrong with one connection: each is counted first, then told in one debug line that starts with Malformed or Truncated. Of the connection's
 * event loop.
 */
final class Complaints {
    private static final Logger logger = LoggerFactory.getLogger(Complaints.class);

    private final Counters counters;
    private final Peer peer;
    private final Supplier<@Nullable Object> speaker;

    /** @param speaker the rank or node that speaks, or null while none said so */
    Complaints(Counters counters, Peer peer, Supplier<@Nullable Object> speaker) {
        this.counters = counters;
        this.peer = peer;
        this.speaker = speaker;
    }

    void oneTooMany() {
        counters.refused.increment();
        logger.debug("Malformed connection: one too many from {}", peer.address());
    }

    void shutOut() {
        counters.shutOut.increment();
        logger.debug("Malformed connection: too many wrong tokens of late from {}", peer.address());
    }

    void mismatched(String spoken, String expected) {
        counters.mismatched.increment();
        logger.debug("Malformed connection: {} (expected: {}) from {}", spoken, expected, peer.address());
    }

    void handshakeFailed(Throwable cause) {
        counters.handshakesFailed.increment();
        logger.debug("Malformed TLS handshake: {} from {}", cause.getMessage(), peer.address());
    }

    /** @param awaited {@code Hello}, or what must come before it */
    void late(String awaited, Duration within) {
        counters.timedOut.increment();
        logger.debug("Truncated {}: not whole within {} (expected: it first) from {}", awaited, within, peer.address());
    }

    void silent(Duration timeout) {
        counters.timedOut.increment();
        logger.debug("Truncated stream: silent for {} ({})", timeout, speaker.get());
    }

    /** The tally counts it, with all other frames of the read. */
    void rejected(@Nullable String problem) {
        logger.debug("{} ({})", problem, speaker.get());
    }

    /** Not the sender's fault, as far as anybody knows. */
    void notTaken(int kind, RuntimeException problem) {
        counters.failed.increment();
        logger.warn("a {} could not be taken", FrameKind.name(kind), problem);
    }

    void frameLength(long length, int mostBytes) {
        counters.malformed.increment();
        logger.debug("Malformed frame: length: {} (expected: 1-{})", length, mostBytes);
    }

    void truncated(int kind, long bytes, long wholeBytes) {
        counters.truncated.increment();
        logger.debug("Truncated {}: {} bytes (expected: {})", FrameKind.name(kind), bytes, wholeBytes);
    }

    void tlsRecord(Throwable cause) {
        counters.malformed.increment();
        logger.debug("Malformed TLS record: {} ({})", cause.getMessage(), speaker.get());
    }

    void overBudget() {
        counters.overBudget.increment();
        logger.debug("Malformed stream: holds most of what all hold together ({})", speaker.get());
    }

    void connectionFailed(Throwable cause) {
        counters.failed.increment();
        logger.warn("connection of {} failed", speaker.get(), cause);
    }
}
