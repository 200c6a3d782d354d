package dev.gradwatch.wire;

/** What one side says to the other, ready to be written: one frame, or for a large Manifest several. */
public interface Message {
    /**
     * Appends the message's frames.
     *
     * @throws IllegalArgumentException where it breaks a limit; the buffer then holds what it held before
     */
    void writeTo(FrameBuffer out);
}
