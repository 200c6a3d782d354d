package dev.gradwatch.collector.source.tcp;

import io.netty.buffer.ByteBuf;

/**
 * Hears what {@link FrameDecoder} finds, on the connection's event loop. Must not throw. Its monitor is held while the frames of a read are handed
 * over: one entry for some hundred frames, where one for each would cost as much as reading the frame.
 */
interface FrameListener {
    /** A whole frame of a known kind; its payload is the bytes from index on, valid until this returns. */
    void frame(int kind, ByteBuf bytes, int index, int length);

    /** All whole frames of a read were handed over. */
    void endOfRead();

    /** A whole frame of a kind that this version does not know went by. */
    void skipped(int kind);

    /** The stream cannot be read on: no frame has such a length. */
    void lost(long length, int mostBytes);

    /** The connection ended inside a frame. {@code wholeBytes} counts all of the frame, or is 0 where not even its head came. */
    void truncated(int kind, long bytes, long wholeBytes);
}
