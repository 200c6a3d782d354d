package dev.gradwatch.collector.sink.upstream;

import dev.gradwatch.collector.model.Observation;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What all connections share. */
final class Wires {
    private final UpstreamTarget target;
    private final Timings timings;
    private final Notices notices;
    private final EventLoop loop;
    private final Pictures pictures;
    private final @Nullable SslContext tls;

    /** @throws IOException in one line, where the certificates cannot be read */
    Wires(
            UpstreamTarget target,
            Timings timings,
            Notices notices,
            EventLoop loop,
            Function<String, List<Observation>> picture)
            throws IOException {
        this.target = target;
        this.timings = timings;
        this.notices = notices;
        this.loop = loop;
        this.pictures = new Pictures(loop, picture);
        this.tls = target.tlsCa() == null ? null : trusting(target.tlsCa());
    }

    private static SslContext trusting(String ca) throws IOException {
        SslContextBuilder builder = SslContextBuilder.forClient().endpointIdentificationAlgorithm("HTTPS");
        try {
            return ca.equals(UpstreamTarget.SYSTEM)
                    ? builder.build()
                    : builder.trustManager(new File(ca)).build();
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException("tls-ca: " + ca + " (expected: a PEM file of CA certificates, or system)", e);
        }
    }

    EventLoop loop() {
        return loop;
    }

    Pictures pictures() {
        return pictures;
    }

    Notices notices() {
        return notices;
    }

    Timings timings() {
        return timings;
    }

    Backoff backoff() {
        return new Backoff(() -> ThreadLocalRandom.current().nextDouble());
    }

    /** Looks the host up and connects; {@link Link#connected} is called once Hello can be said. */
    ChannelFuture connect(Link link) {
        return new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        timings.connect().toMillis())
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (tls != null) {
                            channel.pipeline().addLast(tls.newHandler(channel.alloc(), target.host(), target.port()));
                        }
                        channel.pipeline()
                                .addLast(new Greeter(link, tls != null))
                                .addLast(new Answers(link));
                    }
                })
                .connect(target.host(), target.port());
    }

    /** Says when Hello can be said. */
    private static final class Greeter extends ChannelInboundHandlerAdapter {
        private final Link link;
        private final boolean overTls;

        Greeter(Link link, boolean overTls) {
            this.link = link;
            this.overTls = overTls;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ctx.fireChannelActive();
            if (!overTls) {
                link.connected(ctx.channel());
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof SslHandshakeCompletionEvent shaken && shaken.isSuccess()) {
                link.connected(ctx.channel());
            }
            ctx.fireUserEventTriggered(event);
        }
    }
}
