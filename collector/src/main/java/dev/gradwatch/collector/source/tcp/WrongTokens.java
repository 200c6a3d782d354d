package dev.gradwatch.collector.source.tcp;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which addresses said wrong tokens of late, so that tokens cannot be tried out at the speed of the network. An address that said {@link #MOST}
 * within a {@link #WINDOW} is shut out until that window ends. Of IPv6 the first half counts, since whoever has one address has all behind it.
 * Thread-safe.
 */
final class WrongTokens {
    /** Wrong tokens of one address in a window; the next connection is closed unheard. */
    static final int MOST = 20;

    static final Duration WINDOW = Duration.ofMinutes(1);

    /** Addresses remembered; past it the one that began longest ago is forgotten. */
    static final int MAX_ADDRESSES = 4096;

    private record Attempts(Instant since, int count) {}

    private final InstantSource clock;
    private final Map<ByteBuffer, Attempts> byAddress = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Attempts> eldest) {
            return size() > MAX_ADDRESSES;
        }
    };

    WrongTokens(InstantSource clock) {
        this.clock = clock;
    }

    void count(SocketAddress from) {
        ByteBuffer key = key(from);
        Instant now = clock.instant();
        synchronized (byAddress) {
            Attempts before = byAddress.get(key);
            if (before == null || isOver(before, now)) {
                byAddress.remove(key);
                byAddress.put(key, new Attempts(now, 1));
            } else {
                byAddress.put(key, new Attempts(before.since(), before.count() + 1));
            }
        }
    }

    boolean shutOut(SocketAddress from) {
        ByteBuffer key = key(from);
        synchronized (byAddress) {
            Attempts attempts = byAddress.get(key);
            return attempts != null && attempts.count() >= MOST && !isOver(attempts, clock.instant());
        }
    }

    int addresses() {
        synchronized (byAddress) {
            return byAddress.size();
        }
    }

    private static boolean isOver(Attempts attempts, Instant now) {
        return !now.isBefore(attempts.since().plus(WINDOW));
    }

    private static ByteBuffer key(SocketAddress from) {
        InetAddress address = from instanceof InetSocketAddress inet ? inet.getAddress() : null;
        if (address == null) {
            // An embedded channel of a test, or a connection that is gone already.
            return ByteBuffer.allocate(0);
        }
        byte[] bytes = address.getAddress();
        return ByteBuffer.wrap(bytes, 0, address instanceof Inet6Address ? bytes.length / 2 : bytes.length)
                .asReadOnlyBuffer();
    }
}
