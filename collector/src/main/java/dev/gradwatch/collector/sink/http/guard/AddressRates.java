package dev.gradwatch.collector.sink.http.guard;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * A token bucket for each client address. Thread-safe, never blocks. Knows at most a named number of addresses; the one that asked
 * longest ago is forgotten, which fills its bucket. Of an IPv6 address only the network counts, since one machine has all of it.
 */
public final class AddressRates {
    private static final double NANOS_PER_SECOND = 1e9;

    private final Map<Object, Bucket> buckets;
    private final double burst;
    private final double perNano;
    private final LongSupplier nanos;

    private static final class Bucket {
        double tokens;
        long atNanos;

        Bucket(double tokens, long atNanos) {
            this.tokens = tokens;
            this.atNanos = atNanos;
        }
    }

    public AddressRates(double perSecond, int burst, int maxAddresses, LongSupplier nanos) {
        this.burst = burst;
        this.perNano = perSecond / NANOS_PER_SECOND;
        this.nanos = nanos;
        this.buckets = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<Object, Bucket> eldest) {
                return size() > maxAddresses;
            }
        };
    }

    /** Takes one token; false where there is none. */
    public boolean allows(InetAddress address) {
        Object key = key(address);
        long now = nanos.getAsLong();
        synchronized (buckets) {
            Bucket bucket = buckets.computeIfAbsent(key, unknown -> new Bucket(burst, now));
            bucket.tokens = Math.min(burst, bucket.tokens + (now - bucket.atNanos) * perNano);
            bucket.atNanos = now;
            if (bucket.tokens < 1) {
                return false;
            }
            bucket.tokens--;
            return true;
        }
    }

    /** Whole seconds after which a token is there again, at least 1. */
    public long retrySeconds() {
        return Math.max(1, (long) Math.ceil(1 / (perNano * NANOS_PER_SECOND)));
    }

    int addresses() {
        synchronized (buckets) {
            return buckets.size();
        }
    }

    private static Object key(InetAddress address) {
        if (address instanceof Inet6Address) {
            return ByteBuffer.wrap(address.getAddress()).getLong();
        }
        return address;
    }
}
