package dev.gradwatch.collector.sink.store;

import java.util.Arrays;

/** Bytes that are compared as a value. Nobody changes them. */
final class Hash {
    private final byte[] bytes;

    Hash(byte[] bytes) {
        this.bytes = bytes;
    }

    byte[] bytes() {
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Hash hash && Arrays.equals(hash.bytes, bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }
}
