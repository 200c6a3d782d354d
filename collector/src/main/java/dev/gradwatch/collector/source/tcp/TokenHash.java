package dev.gradwatch.collector.source.tcp;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 of a token. Tokens are long and random, so that a plain hash is enough: there is no dictionary to try. */
final class TokenHash {
    static byte[] of(byte[] token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    private TokenHash() {}
}
