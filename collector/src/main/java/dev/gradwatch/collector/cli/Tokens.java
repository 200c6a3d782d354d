package dev.gradwatch.collector.cli;

import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The word that reporters must know. */
final class Tokens {
    private static final int BYTES = 18;

    /** 24 characters that need no quoting in a shell. */
    static String random() {
        byte[] bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** The token given; beyond loopback, where anybody on the network can connect, a random one in place of none. */
    static @Nullable String needed(InetSocketAddress listen, @Nullable String given) {
        if (given != null && !given.isEmpty()) {
            return given;
        }
        boolean loopback = listen.getAddress() != null && listen.getAddress().isLoopbackAddress();
        return loopback ? null : random();
    }

    private Tokens() {}
}
