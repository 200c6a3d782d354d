package dev.gradwatch.collector.sink.store;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * Bytes as a row holds them, compressed where that makes them smaller.
 *
 * <pre>
 * +------+-----------------------+
 * | kind | 0: the bytes          |
 * |  1   | 1: a gzip of them     |
 * +------+-----------------------+
 * </pre>
 */
final class Packed {
    private static final byte PLAIN = 0;
    private static final byte GZIP = 1;

    /** A gzip's header and trailer alone take 18 bytes. */
    private static final int MIN_GZIP_BYTES = 128;

    static byte[] pack(byte[] bytes) {
        if (bytes.length >= MIN_GZIP_BYTES) {
            ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length / 3 + 64);
            out.write(GZIP);
            try (Fast gzip = new Fast(out)) {
                gzip.write(bytes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            if (out.size() <= bytes.length) {
                return out.toByteArray();
            }
        }
        byte[] plain = new byte[bytes.length + 1];
        plain[0] = PLAIN;
        System.arraycopy(bytes, 0, plain, 1, bytes.length);
        return plain;
    }

    /** @throws UncheckedIOException where they are not what {@link #pack} gave */
    static byte[] unpack(byte[] packed) {
        if (packed.length > 0 && packed[0] == PLAIN) {
            return Arrays.copyOfRange(packed, 1, packed.length);
        }
        try {
            if (packed.length == 0 || packed[0] != GZIP) {
                throw new IOException(
                        "packed bytes: kind " + (packed.length == 0 ? "none" : packed[0]) + " (expected: 0 or 1)");
            }
            try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(packed, 1, packed.length - 1))) {
                return in.readAllBytes();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The fastest level: what is packed here is JSON and repeats itself, and a slower one saves little more. */
    private static final class Fast extends GZIPOutputStream {
        Fast(ByteArrayOutputStream out) throws IOException {
            super(out);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }

    private Packed() {}
}
