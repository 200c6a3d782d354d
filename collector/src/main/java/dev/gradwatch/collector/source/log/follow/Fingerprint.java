package dev.gradwatch.collector.source.log.follow;

import org.jspecify.annotations.Nullable;

/**
 * A file's first bytes, up to 1 KiB, as a hash: tells whether a file is still what was read, whatever its name, its size and the number of its
 * inode are by now. Grows with the file until it covers all of the 1 KiB. Immutable.
 *
 * @param bytes how many of them it covers
 * @param hash FNV-1a, which can be continued with the bytes that come
 */
record Fingerprint(int bytes, long hash) {
    static final int MAX_BYTES = 1 << 10;
    private static final long BASIS = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;
    private static final char SEPARATOR = '-';

    /** Of a file of which nothing was read yet; any file fits. */
    static final Fingerprint NONE = new Fingerprint(0, BASIS);

    /**
     * The fingerprint of the first {@code length} bytes.
     *
     * @return null where they do not begin with what this one covers
     */
    @Nullable
    Fingerprint continued(byte[] head, int length) {
        if (length < bytes || hash(BASIS, head, 0, bytes) != hash) {
            return null;
        }
        int whole = Math.min(length, MAX_BYTES);
        return whole == bytes ? this : new Fingerprint(whole, hash(hash, head, bytes, whole));
    }

    private static long hash(long before, byte[] head, int from, int to) {
        long hash = before;
        for (int i = from; i < to; i++) {
            hash = (hash ^ (head[i] & 0xff)) * PRIME;
        }
        return hash;
    }

    /** {@code 1024-9ae16a3b2f90404f}. */
    String text() {
        return bytes + "" + SEPARATOR + Long.toHexString(hash);
    }

    /** @throws IllegalArgumentException where it is none */
    static Fingerprint parse(String text) {
        int separator = text.indexOf(SEPARATOR);
        if (separator < 0) {
            throw new IllegalArgumentException("fingerprint: " + text + " (expected: such as 1024-9ae16a3b2f90404f)");
        }
        int bytes = Integer.parseInt(text.substring(0, separator));
        if (bytes < 0 || bytes > MAX_BYTES) {
            throw new IllegalArgumentException("fingerprint: " + text + " (expected: 0 to " + MAX_BYTES + " bytes)");
        }
        return new Fingerprint(bytes, Long.parseUnsignedLong(text.substring(separator + 1), 16));
    }
}
