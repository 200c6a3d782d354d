package dev.gradwatch.collector.source.tcp;

import dev.gradwatch.collector.model.ObservationSink;
import dev.gradwatch.collector.source.tcp.tls.TlsFiles;
import dev.gradwatch.collector.source.tcp.tls.TlsIdentity;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Listens for reporters and hands what they say to a sink. {@link #start} binds; {@link #close} may be called twice. Thread-safe.
 *
 * <p>The sink is called on the connections' event loops, many at once but one at a time for each rank. While it blocks, the connections of that
 * event loop are not read, and TCP slows their senders. It may throw IllegalArgumentException for what contradicts earlier facts: the frame
 * is counted as rejected and the connection lives on.
 *
 * <p>A rank that connects again silences its earlier connection: nothing of that one, its end included, is observed afterwards.
 */
public final class TcpSource implements AutoCloseable {
    /** Event loops at most; more of them than a job's lock lets through would only wait. */
    private static final int MAX_EVENT_LOOPS = 8;

    /** Connections that the kernel may hold before they are accepted: all ranks of a job come at once. */
    private static final int BACKLOG = 4096;

    private static final int CLOSE_SECONDS = 5;

    private final InetSocketAddress address;
    private final Sessions sessions;
    private final @Nullable TlsFiles tlsFiles;
    private @Nullable TlsIdentity identity;
    private @Nullable EventLoopGroup acceptors;
    private @Nullable EventLoopGroup eventLoops;

    /**
     * @param address where to listen; port 0 takes a free one
     * @param token what reporters must say in Hello; null where none is needed
     */
    public TcpSource(InetSocketAddress address, @Nullable String token, ObservationSink sink) {
        this(address, token == null ? null : TokenHash.of(token.getBytes(StandardCharsets.UTF_8)), null, sink);
    }

    /**
     * @param address where to listen; port 0 takes a free one
     * @param tokenHash SHA-256 of the token, in UTF-8, that reporters must say in Hello; null where none is needed
     * @param tls the certificate that connections are encrypted with; null where they are plain text
     */
    public TcpSource(
            InetSocketAddress address, byte @Nullable [] tokenHash, @Nullable TlsFiles tls, ObservationSink sink) {
        this(address, Sessions.of(sink, tokenHash), tls);
    }

    TcpSource(InetSocketAddress address, Sessions sessions, @Nullable TlsFiles tls) {
        this.address = address;
        this.sessions = sessions;
        this.tlsFiles = tls;
    }

    /** Before {@link #start}: connections of ranks that said Goodbye end when what they said is kept. */
    public TcpSource closingWhen(Kept kept) {
        sessions.kept = kept;
        return this;
    }

    /**
     * Reads the certificate where there is one, binds and begins to accept.
     *
     * @return the address bound, with the port taken
     * @throws TlsFileException where the certificate or its key cannot be used
     * @throws IOException with the address and the reason where it cannot be bound
     */
    public synchronized InetSocketAddress start() throws IOException {
        if (acceptors != null || sessions.closing()) {
            throw new IllegalStateException("start: called before (expected: once)");
        }
        if (address.isUnresolved()) {
            throw new IOException(address + ": unresolved address");
        }
        TlsIdentity tls = tlsFiles == null ? null : TlsIdentity.load(tlsFiles, sessions.counters.brokenCertificates);
        identity = tls;
        boolean epoll = Epoll.isAvailable();
        Class<? extends ServerChannel> type = epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
        acceptors = group("gradwatch-accept", 1, epoll);
        int loops = Math.max(1, Math.min(MAX_EVENT_LOOPS, Runtime.getRuntime().availableProcessors()));
        eventLoops = group("gradwatch-tcp", loops, epoll);
        ChannelFuture bound = new ServerBootstrap()
                .group(acceptors, eventLoops)
                .channel(type)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        initialize(channel, sessions, tls);
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            Throwable cause = bound.cause();
            throw new IOException(address + ": " + cause.getMessage(), cause);
        }
        if (tls != null) {
            tls.watch();
        }
        return (InetSocketAddress) bound.channel().localAddress();
    }

    private static EventLoopGroup group(String name, int threads, boolean epoll) {
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        return new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory(name, true), io);
    }

    static void initialize(Channel channel, Sessions sessions, @Nullable TlsIdentity tls) {
        Session session = new Session(sessions, channel);
        if (tls != null) {
            channel.pipeline().addLast(new TlsGate(tls, session));
        }
        channel.pipeline()
                .addLast(new IdleStateHandler(sessions.idleTimeout.toNanos(), 0, 0, TimeUnit.NANOSECONDS))
                .addLast(session.decoder())
                .addLast(session);
    }

    /**
     * Asks a rank to probe the next forward and backward pass of a model again. Does not block.
     *
     * @return false where the rank is not connected, or does not read
     */
    public boolean ask(String job, int rank, int model) {
        Session session = sessions.speakerFor(job, rank);
        return session != null && session.ask(model);
    }

    /** Connections that are there now. */
    public int connections() {
        return sessions.connectionsNow();
    }

    /** What came in so far. */
    public TcpCounts counts() {
        return sessions.counters.counts();
    }

    /** Closes all connections, without a word to the sink about their ends. Nothing is handed to it after this returns. */
    @Override
    public synchronized void close() {
        sessions.close();
        if (identity != null) {
            identity.close();
        }
        for (EventLoopGroup group : new EventLoopGroup[] {acceptors, eventLoops}) {
            if (group != null) {
                group.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS)
                        .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
            }
        }
    }
}
