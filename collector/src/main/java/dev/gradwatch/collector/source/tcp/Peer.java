package dev.gradwatch.collector.source.tcp;

import dev.gradwatch.wire.FrameBuffer;
import dev.gradwatch.wire.Message;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import java.net.SocketAddress;

/**
 * The reporter's end of a connection. Thread-safe, and nothing here blocks. What cannot be sent is dropped: the connection is on its way out then,
 * and its end is seen elsewhere.
 */
final class Peer {
    private final Channel channel;

    Peer(Channel channel) {
        this.channel = channel;
    }

    SocketAddress address() {
        return channel.remoteAddress();
    }

    /** Whether it takes more now; false where it is gone or does not read. */
    boolean listens() {
        return channel.isActive() && channel.isWritable();
    }

    void send(Message message) {
        ChannelFuture unused = write(message);
    }

    void sendLast(Message message) {
        ChannelFuture unused = write(message).addListener(ChannelFutureListener.CLOSE);
    }

    void close() {
        ChannelFuture unused = channel.close();
    }

    private ChannelFuture write(Message message) {
        return channel.writeAndFlush(
                Unpooled.wrappedBuffer(new FrameBuffer().add(message).toByteArray()));
    }
}
