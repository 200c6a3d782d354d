package dev.gradwatch.collector.sink.http.guard;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The SHA-256 of a token; the token itself is kept nowhere. Immutable. Its text shows nothing of either. */
public final class TokenHash {
    private final byte[] sha256;

    private TokenHash(byte[] sha256) {
        this.sha256 = sha256;
    }

    public static TokenHash of(String token) {
        return new TokenHash(sha256(token));
    }

    /** @param hex 64 hexadecimal digits */
    public static TokenHash ofHex(String hex) {
        if (!hex.matches("[0-9a-fA-F]{64}")) {
            throw new IllegalArgumentException(
                    "token hash: of length " + hex.length() + " (expected: 64 hexadecimal digits)");
        }
        return new TokenHash(HexFormat.of().parseHex(hex));
    }

    /** Takes the same time wherever the two differ. */
    public boolean matches(String token) {
        return MessageDigest.isEqual(sha256, sha256(token));
    }

    static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "TokenHash[hidden]";
    }
}
