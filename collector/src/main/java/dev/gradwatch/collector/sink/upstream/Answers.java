package dev.gradwatch.collector.sink.upstream;

import dev.gradwatch.wire.FrameKind;
import dev.gradwatch.wire.Refused;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.CorruptedFrameException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Reads what the collector answers, and tells the connection. One for each, on its event loop. */
final class Answers extends ByteToMessageDecoder {
    /** An answer's bytes at most; a collector says little. */
    private static final int MAX_BYTES = 64 << 10;

    private static final int LENGTH_BYTES = 4;

    private final Link link;

    Answers(Link link) {
        this.link = link;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (in.readableBytes() < LENGTH_BYTES) {
            return;
        }
        int length = in.getIntLE(in.readerIndex());
        if (length < 1 || length > MAX_BYTES) {
            throw new CorruptedFrameException("length: " + length + " (expected: 1-" + MAX_BYTES + ")");
        }
        if (in.readableBytes() < LENGTH_BYTES + length) {
            return;
        }
        int kind = in.getUnsignedByte(in.readerIndex() + LENGTH_BYTES);
        String payload = in.toString(in.readerIndex() + LENGTH_BYTES + 1, length - 1, StandardCharsets.UTF_8);
        in.skipBytes(LENGTH_BYTES + length);
        if (kind == FrameKind.WELCOME) {
            link.welcomed();
        } else if (kind == FrameKind.REFUSED) {
            link.refused(Refused.reasonIn(payload));
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        link.pump();
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        link.failed(cause);
        ChannelFuture unused = ctx.close();
    }
}
