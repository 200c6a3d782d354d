package dev.gradwatch.collector.source.tcp;

/**
 * The frames of one read and what became of them, until {@link #into} adds them to the counters of all connections: shared counters are too dear to
 * touch for each frame. On the connection's event loop.
 */
final class Tally {
    private int received;
    private int accepted;
    private int rejected;
    private int skipped;

    void received() {
        received++;
    }

    void accepted() {
        accepted++;
    }

    void rejected() {
        rejected++;
    }

    void skipped() {
        skipped++;
    }

    void into(Counters counters) {
        counters.received.add(received);
        counters.accepted.add(accepted);
        counters.rejected.add(rejected);
        counters.skipped.add(skipped);
        received = 0;
        accepted = 0;
        rejected = 0;
        skipped = 0;
    }
}
