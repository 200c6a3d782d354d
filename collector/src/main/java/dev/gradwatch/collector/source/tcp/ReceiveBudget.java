package dev.gradwatch.collector.source.tcp;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds what all connections together hold of frames and manifests that are not whole yet. Where it is exceeded, the connection that holds most
 * is closed: it can send its frame again, and those that hold little are not made to pay for it. Thread-safe, never blocks.
 */
final class ReceiveBudget {
    /** Connections that hold less than this are not worth closing, unless there is no other. */
    private static final int LARGE_BYTES = 64 << 10;

    private final long mostBytes;
    private final AtomicLong bytes = new AtomicLong();
    private final Set<Share> large = ConcurrentHashMap.newKeySet();

    ReceiveBudget(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    /** Bytes held now. */
    long heldBytes() {
        return bytes.get();
    }

    /** @param closer closes the connection, from whichever thread found that it must */
    Share share(Runnable closer) {
        return new Share(closer);
    }

    private void relieve(Share asking) {
        Share most = asking;
        for (Share share : large) {
            if (share.total > most.total) {
                most = share;
            }
        }
        most.revoke();
    }

    /** What one connection holds. Its own event loop reports; another one may revoke it. */
    final class Share {
        private final Runnable closer;
        private int frameBytes;
        private long assembledBytes;
        private volatile long total;
        private boolean closed;

        private Share(Runnable closer) {
            this.closer = closer;
        }

        /** The frame that is not whole yet takes so many bytes. */
        void hold(int bytesHeld) {
            if (bytesHeld != frameBytes) {
                frameBytes = bytesHeld;
                report();
            }
        }

        /** The chunks of a manifest that is not whole yet took so many bytes. */
        void assemble(long bytesAssembled) {
            if (bytesAssembled != assembledBytes) {
                assembledBytes = bytesAssembled;
                report();
            }
        }

        private void report() {
            if (update(frameBytes + assembledBytes) > mostBytes) {
                relieve(this);
            }
        }

        private synchronized long update(long now) {
            if (closed) {
                return 0;
            }
            long change = now - total;
            total = now;
            if (now >= LARGE_BYTES) {
                large.add(this);
            } else {
                large.remove(this);
            }
            long sum = bytes.addAndGet(change);
            return change > 0 ? sum : 0;
        }

        private void revoke() {
            close();
            closer.run();
        }

        /** Holds nothing any more and never will. */
        synchronized void close() {
            update(0);
            closed = true;
        }
    }
}
