package dev.gradwatch.collector.source.tcp;

import dev.gradwatch.collector.source.tcp.tls.TlsIdentity;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import java.util.List;

/**
 * Stands first in a connection where TLS is wanted, and gives its place to TLS when the first bytes are TLS's. A reporter that speaks plain text
 * is told so in plain text, since it would understand nothing else. One for each connection, on its event loop.
 *
 * <pre>
 *  TLS    0x16 handshake   0x03   0x01-0x04
 *  Hello  length, least significant byte first: for these three bytes it would be above MAX_HELLO_BYTES
 * </pre>
 */
final class TlsGate extends ByteToMessageDecoder {
    private static final int HEAD_BYTES = 3;
    private static final int HANDSHAKE = 0x16;
    private static final int MAJOR_VERSION = 3;
    private static final int MAX_MINOR_VERSION = 4;

    private final TlsIdentity identity;
    private final Session session;

    TlsGate(TlsIdentity identity, Session session) {
        this.identity = identity;
        this.session = session;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (in.readableBytes() < HEAD_BYTES) {
            return;
        }
        if (isTls(in.getUnsignedMediumLE(in.readerIndex()))) {
            SslHandler tls = identity.handler(ctx.alloc());
            session.beginsTls();
            ctx.pipeline().replace(this, "tls", tls);
        } else {
            in.skipBytes(in.readableBytes());
            session.speaksPlainText();
        }
    }

    /** @param length a connection's first bytes, read as a frame's length */
    static boolean isTls(long length) {
        long minor = length >>> 16 & 0xFF;
        return (length & 0xFFFF) == (MAJOR_VERSION << 8 | HANDSHAKE) && minor >= 1 && minor <= MAX_MINOR_VERSION;
    }
}
