package dev.gradwatch.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Whole frames, back to back, as bytes to send. Grows as needed and keeps its memory between uses. One thread at a time; never blocks.
 *
 * <pre>
 *  0        4      5                4+length
 *  +--------+------+----------------+--------
 *  | length | kind |    payload     | next …      little-endian; length counts kind and payload
 *  +--------+------+----------------+--------
 * </pre>
 */
public final class FrameBuffer {
    private static final int INITIAL_BYTES = 512;
    private static final int LENGTH_BYTES = 4;

    private ByteBuffer bytes = ByteBuffer.allocate(INITIAL_BYTES).order(ByteOrder.LITTLE_ENDIAN);

    /** Where the open frame begins. */
    private int start;

    /**
     * Appends a message's frames.
     *
     * @throws IllegalArgumentException where it breaks a limit; the buffer then holds what it held before
     */
    public FrameBuffer add(Message message) {
        int before = bytes.position();
        try {
            message.writeTo(this);
        } catch (RuntimeException e) {
            bytes.position(before);
            throw e;
        }
        return this;
    }

    /** Bytes held. */
    public int size() {
        return bytes.position();
    }

    /** The frames held, as a view that the next {@link #add} or {@link #clear} makes invalid. */
    public ByteBuffer view() {
        return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).flip();
    }

    /** The frames held, copied. */
    public byte[] toByteArray() {
        byte[] copy = new byte[bytes.position()];
        bytes.duplicate().flip().get(copy);
        return copy;
    }

    /** Forgets the frames held. */
    public void clear() {
        bytes.clear();
    }

    FrameBuffer begin(int kind) {
        start = bytes.position();
        room(LENGTH_BYTES + 1).putInt(0).put((byte) kind);
        return this;
    }

    void end() {
        end(Limits.MAX_FRAME_BYTES);
    }

    void end(int mostBytes) {
        int length = bytes.position() - start - LENGTH_BYTES;
        if (length > mostBytes) {
            String name = FrameKind.name(bytes.get(start + LENGTH_BYTES) & 0xFF);
            throw new IllegalArgumentException(name + ": " + length + " bytes (expected: at most " + mostBytes + ")");
        }
        bytes.putInt(start, length);
    }

    /** The buffer itself, with room for so many bytes more. */
    ByteBuffer room(int more) {
        if (bytes.remaining() < more) {
            int needed = Math.addExact(bytes.position(), more);
            ByteBuffer grown = ByteBuffer.allocate(
                            Math.max(needed, (int) Math.min(2L * bytes.capacity(), Integer.MAX_VALUE - 8)))
                    .order(ByteOrder.LITTLE_ENDIAN);
            bytes = grown.put(bytes.flip());
        }
        return bytes;
    }

    void utf8(String text) {
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        room(encoded.length).put(encoded);
    }
}
