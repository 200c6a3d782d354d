package dev.gradwatch.collector.sink.store;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** What rows are found by: hashes, which have one length however long a text is, and texts that both databases hold. */
final class Key {
    private static final int KEY_BYTES = 16;
    private static final char REPLACEMENT = '\uFFFD';

    /** 16 bytes that stand for a text. */
    static byte[] of(String text) {
        return Arrays.copyOf(sha256(text.getBytes(StandardCharsets.UTF_8)), KEY_BYTES);
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** The text without what PostgreSQL does not take into one: NUL, and surrogates without their other half. */
    static String storable(String text) {
        for (int i = 0; i < text.length(); i++) {
            char at = text.charAt(i);
            if (at == 0 || Character.isSurrogate(at)) {
                return replaced(text);
            }
        }
        return text;
    }

    private static String replaced(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints()
                .map(point -> point == 0 || (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE)
                        ? REPLACEMENT
                        : point)
                .forEach(clean::appendCodePoint);
        return clean.toString();
    }

    private Key() {}
}
