package dev.gradwatch.collector.sink.http.guard;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Who is logged in by a cookie. Thread-safe, never blocks. Holds hashes, so that what a heap dump shows opens nothing; at most a named
 * number of sessions, the one that logged in first goes.
 */
public final class Sessions {
    private static final int ID_BYTES = 32;

    private final Map<String, Instant> ends = new LinkedHashMap<>();
    private final SecureRandom random = new SecureRandom();
    private final int maxSessions;
    private final Duration life;
    private final InstantSource clock;

    public Sessions(int maxSessions, Duration life, InstantSource clock) {
        this.maxSessions = maxSessions;
        this.life = life;
        this.clock = clock;
    }

    /** @return the cookie's value, which is kept nowhere here */
    public String open() {
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        String id = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        Instant now = clock.instant();
        synchronized (ends) {
            ends.values().removeIf(end -> !end.isAfter(now));
            if (ends.size() >= maxSessions) {
                ends.remove(ends.keySet().iterator().next());
            }
            ends.put(key(id), now.plus(life));
        }
        return id;
    }

    public boolean isOpen(String id) {
        String key = key(id);
        synchronized (ends) {
            Instant end = ends.get(key);
            return end != null && end.isAfter(clock.instant());
        }
    }

    public void close(String id) {
        String key = key(id);
        synchronized (ends) {
            ends.remove(key);
        }
    }

    public Duration life() {
        return life;
    }

    private static String key(String id) {
        return HexFormat.of().formatHex(TokenHash.sha256(id));
    }
}
