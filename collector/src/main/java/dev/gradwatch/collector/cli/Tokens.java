package dev.gradwatch.collector.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The words that reporters and people must know where anybody on the network can connect. One that nobody gave is made at the first start and
 * shown then; what is kept is its SHA-256 alone, so that neither a backup nor another process of the user can tell it.
 */
final class Tokens {
    private static final int BYTES = 18;

    /** Who says it. Each role has a token of its own: a training job must not be able to act on alerts. */
    enum Role {
        REPORTERS,
        PEOPLE
    }

    /**
     * What must be said.
     *
     * @param fresh the token itself, where it was made just now and has to be shown; else null
     * @param made when it was, where it was made here; null where it was given
     */
    record Wanted(
            Hash sha256, @Nullable String fresh, @Nullable Instant made) {
        @Override
        public String toString() {
            // The token stays out of logs.
            return "Wanted[made=" + made + "]";
        }
    }

    /** SHA-256 of a token; equal to none, since it is compared elsewhere and in constant time. */
    static final class Hash {
        private final byte[] bytes;

        Hash(byte[] bytes) {
            this.bytes = bytes.clone();
        }

        static Hash of(String token) {
            try {
                return new Hash(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
            } catch (NoSuchAlgorithmException e) {
                throw new AssertionError("every Java has SHA-256", e);
            }
        }

        byte[] bytes() {
            return bytes.clone();
        }
    }

    /** 24 characters that need no quoting in a shell. */
    static String random() {
        byte[] bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** @param token null or empty where none is wanted */
    static @Nullable Wanted given(@Nullable String token) {
        return token == null || token.isEmpty() ? null : new Wanted(Hash.of(token), null, null);
    }

    /**
     * The token given; beyond loopback, in place of none, the one made before, or a new one. That of a port that is free by chance is not kept,
     * since the next start has another port. Reads and writes a file below {@code stateFolder}.
     *
     * @param anew whether one that was made before is to be replaced
     * @return null where none is needed
     * @throws IOException in one line where the file cannot be read or written, or is not one of these
     */
    static @Nullable Wanted wanted(
            Role role,
            InetSocketAddress listen,
            @Nullable String given,
            boolean anew,
            Path stateFolder,
            InstantSource clock)
            throws IOException {
        Wanted word = given(given);
        if (word != null || isLoopback(listen)) {
            return word;
        }
        TokenFile file = listen.getPort() == 0 ? null : TokenFile.in(stateFolder, role, listen.getPort());
        Wanted before = file == null || anew ? null : file.read();
        if (before != null) {
            return before;
        }
        String fresh = random();
        Wanted made = new Wanted(Hash.of(fresh), fresh, clock.instant());
        if (file != null) {
            file.write(made);
        }
        return made;
    }

    static boolean isLoopback(InetSocketAddress listen) {
        return listen.getAddress() != null && listen.getAddress().isLoopbackAddress();
    }

    private Tokens() {}
}
