package dev.gradwatch.collector.source.tcp;

import dev.gradwatch.wire.FrameKind;
import dev.gradwatch.wire.Limits;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a connection's bytes into frames. Frames that lie whole in what was read are handed over in place, without a copy or an object each;
 * only the one that the end of a read cuts is put together in a buffer, which grows as its bytes arrive and not by what its length promises.
 * Frames of unknown kinds are skipped as they come and never held.
 *
 * <pre>
 *  0        4      5                4+length
 *  +--------+------+----------------+
 *  | length | kind |    payload     |
 *  +--------+------+----------------+
 * </pre>
 *
 * <p>One for each connection, on its event loop.
 */
final class FrameDecoder extends ChannelInboundHandlerAdapter {
    private static final int LENGTH_BYTES = 4;
    private static final int HEAD_BYTES = LENGTH_BYTES + 1;
    private static final int INITIAL_HELD_BYTES = 1024;

    private final FrameListener listener;
    private final ReceiveBudget.Share share;
    private int mostBytes = Limits.MAX_HELLO_BYTES;
    /** The beginning of a frame that is not whole yet. */
    private @Nullable ByteBuf held;
    /** Bytes still to come of a frame of an unknown kind. */
    private int skipping;

    private int skippedKind;
    private boolean stopped;

    FrameDecoder(FrameListener listener, ReceiveBudget.Share share) {
        this.listener = listener;
        this.share = share;
    }

    /** From now on frames may be as long as the protocol allows; before, as long as a Hello. */
    void widen() {
        mostBytes = Limits.MAX_FRAME_BYTES;
    }

    /** From now on everything that comes is dropped. */
    void stop() {
        stopped = true;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            synchronized (listener) {
                decode(ctx, in);
                listener.endOfRead();
            }
        } finally {
            in.release();
            account();
        }
    }

    private void decode(ChannelHandlerContext ctx, ByteBuf in) {
        while (in.isReadable() && !stopped) {
            if (skipping > 0) {
                skip(in);
            } else if (held != null) {
                fill(held, in);
            } else {
                next(ctx, in);
            }
        }
    }

    private void next(ChannelHandlerContext ctx, ByteBuf in) {
        int readable = in.readableBytes();
        int start = in.readerIndex();
        if (readable < HEAD_BYTES) {
            hold(ctx, in);
            return;
        }
        int length = in.getIntLE(start);
        if (!accepts(length)) {
            return;
        }
        int kind = in.getUnsignedByte(start + LENGTH_BYTES);
        if (!FrameKind.fromReporter(kind)) {
            in.skipBytes(HEAD_BYTES);
            beginSkipping(kind, length);
        } else if (readable - LENGTH_BYTES < length) {
            hold(ctx, in);
        } else {
            in.skipBytes(LENGTH_BYTES + length);
            listener.frame(kind, in, start + HEAD_BYTES, length - 1);
        }
    }

    private void hold(ChannelHandlerContext ctx, ByteBuf in) {
        held = ctx.alloc()
                .buffer(Math.max(INITIAL_HELD_BYTES, in.readableBytes()))
                .writeBytes(in);
    }

    private void fill(ByteBuf frame, ByteBuf in) {
        if (frame.readableBytes() < HEAD_BYTES) {
            in.readBytes(frame, Math.min(HEAD_BYTES - frame.readableBytes(), in.readableBytes()));
            if (frame.readableBytes() < HEAD_BYTES || !accepts(frame.getIntLE(0))) {
                return;
            }
        }
        int length = frame.getIntLE(0);
        int kind = frame.getUnsignedByte(LENGTH_BYTES);
        if (!FrameKind.fromReporter(kind)) {
            letGo();
            beginSkipping(kind, length);
            return;
        }
        int missing = LENGTH_BYTES + length - frame.readableBytes();
        int more = Math.min(missing, in.readableBytes());
        frame.writeBytes(in, more);
        if (more == missing) {
            held = null;
            try {
                listener.frame(kind, frame, HEAD_BYTES, length - 1);
            } finally {
                frame.release();
            }
        }
    }

    private boolean accepts(int length) {
        if (length < 1 || length > mostBytes) {
            stopped = true;
            letGo();
            listener.lost(Integer.toUnsignedLong(length), mostBytes);
            return false;
        }
        return true;
    }

    private void beginSkipping(int kind, int length) {
        skippedKind = kind;
        skipping = length - 1;
        if (skipping == 0) {
            listener.skipped(kind);
        }
    }

    private void skip(ByteBuf in) {
        int bytes = Math.min(skipping, in.readableBytes());
        in.skipBytes(bytes);
        skipping -= bytes;
        if (skipping == 0) {
            listener.skipped(skippedKind);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ByteBuf frame = held;
        if (!stopped && frame != null) {
            int bytes = frame.readableBytes();
            boolean hasHead = bytes >= HEAD_BYTES;
            listener.truncated(
                    hasHead ? frame.getUnsignedByte(LENGTH_BYTES) : 0,
                    bytes,
                    hasHead ? LENGTH_BYTES + (long) frame.getIntLE(0) : 0);
        } else if (!stopped && skipping > 0) {
            listener.truncated(skippedKind, 0, skipping);
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        stopped = true;
        letGo();
        share.close();
    }

    private void letGo() {
        if (held != null) {
            held.release();
            held = null;
        }
    }

    private void account() {
        share.hold(held == null ? 0 : held.capacity());
    }
}
