package dev.gradwatch.collector.source.tcp;

import java.util.concurrent.atomic.LongAdder;

/** What came in over all connections. Thread-safe; a sum over moving counters, so it balances when nothing is under way. */
final class Counters {
    final LongAdder opened = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder received = new LongAdder();
    final LongAdder accepted = new LongAdder();
    final LongAdder rejected = new LongAdder();
    final LongAdder skipped = new LongAdder();
    final LongAdder truncated = new LongAdder();
    final LongAdder malformed = new LongAdder();
    final LongAdder timedOut = new LongAdder();
    final LongAdder overBudget = new LongAdder();
    final LongAdder mismatched = new LongAdder();
    final LongAdder handshakesFailed = new LongAdder();
    final LongAdder shutOut = new LongAdder();
    final LongAdder brokenCertificates = new LongAdder();
    final LongAdder failed = new LongAdder();

    TcpCounts counts() {
        // Outcomes first, so that a frame under way shows as received and never as a surplus of outcomes.
        long acceptedNow = accepted.sum();
        long rejectedNow = rejected.sum();
        long skippedNow = skipped.sum();
        return new TcpCounts(
                opened.sum(),
                refused.sum(),
                received.sum(),
                acceptedNow,
                rejectedNow,
                skippedNow,
                truncated.sum(),
                malformed.sum(),
                timedOut.sum(),
                overBudget.sum(),
                mismatched.sum(),
                handshakesFailed.sum(),
                shutOut.sum(),
                brokenCertificates.sum(),
                failed.sum());
    }
}
