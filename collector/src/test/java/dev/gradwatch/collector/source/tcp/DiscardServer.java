package dev.gradwatch.collector.source.tcp;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** The least that a server can do with frames: cut them by the same decoder, count them and drop them. What the source is compared with. */
public final class DiscardServer implements AutoCloseable {
    private final LongAdder frames = new LongAdder();
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(
            Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());

    public InetSocketAddress start() {
        Class<? extends ServerChannel> type =
                Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
        ReceiveBudget budget = new ReceiveBudget(Long.MAX_VALUE);
        return (InetSocketAddress) new ServerBootstrap()
                .group(group)
                .channel(type)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        FrameDecoder decoder = new FrameDecoder(new Dropping(), budget.share(() -> {}));
                        decoder.widen();
                        channel.pipeline().addLast(decoder);
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .syncUninterruptibly()
                .channel()
                .localAddress();
    }

    /** Frames so far. */
    public long frames() {
        return frames.sum();
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private final class Dropping implements FrameListener {
        private int count;

        @Override
        public void frame(int kind, ByteBuf bytes, int index, int length) {
            count++;
        }

        @Override
        public void endOfRead() {
            frames.add(count);
            count = 0;
        }

        @Override
        public void skipped(int kind) {
            count++;
        }

        @Override
        public void lost(long length, int mostBytes) {
            throw new IllegalStateException("length: " + length + " (expected: 1-" + mostBytes + ")");
        }

        @Override
        public void truncated(int kind, long bytes, long wholeBytes) {
            // The end of the measurement cuts a frame.
        }
    }
}
