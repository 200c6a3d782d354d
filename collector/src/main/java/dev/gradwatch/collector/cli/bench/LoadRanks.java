package dev.gradwatch.collector.cli.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Connections of made-up ranks, all on one thread. {@link #close} drops them. */
final class LoadRanks implements AutoCloseable {
    private final InetSocketAddress collector;
    private final LoadModel model;
    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("bench-ranks", true), NioIoHandler.newFactory());
    private final Bootstrap bootstrap;
    private final LongAdder sent = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private volatile boolean closing;

    LoadRanks(InetSocketAddress collector, LoadModel model) {
        this.collector = collector;
        this.model = model;
        this.bootstrap = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new Ears());
                    }
                });
    }

    /** Nothing that the collector says matters here but that it hangs up. */
    private final class Ears extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (!closing) {
                lost.increment();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ChannelFuture unused = ctx.close();
        }
    }

    /** Steps sent by all ranks. */
    long sent() {
        return sent.sum();
    }

    /** Steps left out because a connection was full. */
    long dropped() {
        return dropped.sum();
    }

    /** Connections that the collector ended. */
    long lost() {
        return lost.sum();
    }

    /**
     * Connects the ranks of a job, which from then on send a step {@code stepsPerSecond} times a second.
     *
     * @throws IOException where one cannot connect
     */
    Job start(String job, int ranks, double stepsPerSecond) throws IOException, InterruptedException {
        List<Channel> channels = new ArrayList<>();
        for (int rank = 0; rank < ranks; rank++) {
            ChannelFuture connected = bootstrap.connect(collector).await();
            if (!connected.isSuccess()) {
                throw new IOException(
                        "rank " + rank + " of " + job + " cannot connect to " + collector, connected.cause());
            }
            Channel channel = connected.channel();
            ChannelFuture unused = channel.writeAndFlush(Unpooled.wrappedBuffer(model.opening(job, rank, ranks)));
            channels.add(channel);
        }
        Job started = new Job(channels);
        long period = (long) (TimeUnit.SECONDS.toNanos(1) / stepsPerSecond);
        // Jobs step at moments of their own.
        started.timer = loop.scheduleAtFixedRate(
                started::step, Math.floorMod(job.hashCode(), period), period, TimeUnit.NANOSECONDS);
        return started;
    }

    /** The ranks of one job. Steps on the load's thread. */
    final class Job {
        private final List<Channel> channels;
        private java.util.concurrent.@org.jspecify.annotations.Nullable Future<?> timer;
        private long passes;
        private long progressed = System.nanoTime();
        private volatile boolean head = true;
        private volatile long headLostNanos;

        Job(List<Channel> channels) {
            this.channels = channels;
        }

        private void step() {
            boolean whole = head;
            if (!whole && headLostNanos == 0) {
                headLostNanos = System.nanoTime();
            }
            byte[] step = model.step(passes++, whole);
            byte[] progress = null;
            if (System.nanoTime() - progressed > TimeUnit.SECONDS.toNanos(1)) {
                progressed = System.nanoTime();
                progress = model.progress(passes);
            }
            for (Channel channel : channels) {
                if (!channel.isWritable()) {
                    dropped.increment();
                    continue;
                }
                ChannelFuture unused = channel.write(Unpooled.wrappedBuffer(step));
                if (progress != null) {
                    unused = channel.write(Unpooled.wrappedBuffer(progress));
                }
                channel.flush();
                sent.increment();
            }
        }

        /** From the next pass on the head gets no gradient. */
        void loseHead() {
            head = false;
        }

        /** When the first pass without it ended; 0 before that. */
        long headLostNanos() {
            return headLostNanos;
        }

        /** All ranks say Goodbye. */
        void end() {
            if (timer != null) {
                timer.cancel(false);
            }
            for (Channel channel : channels) {
                ChannelFuture unused = channel.writeAndFlush(Unpooled.wrappedBuffer(model.goodbye()));
            }
        }
    }

    /** Connections end from now on because they should. */
    void closing() {
        closing = true;
    }

    @Override
    public void close() {
        closing = true;
        loop.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
    }
}
