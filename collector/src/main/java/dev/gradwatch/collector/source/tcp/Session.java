package dev.gradwatch.collector.source.tcp;

import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.Observation.RankJoined;
import dev.gradwatch.collector.model.Observation.RankLeft;
import dev.gradwatch.collector.source.tcp.Sessions.RankKey;
import dev.gradwatch.wire.Ask;
import dev.gradwatch.wire.FrameException;
import dev.gradwatch.wire.FrameKind;
import dev.gradwatch.wire.Refused;
import dev.gradwatch.wire.Versions;
import dev.gradwatch.wire.Welcome;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.timeout.IdleStateEvent;
import java.io.IOException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection, from its Hello to its end: frames in, observations out. Runs on the connection's event loop, which blocks while the sink does,
 * so that TCP slows the sender. Whatever comes in, it counts exactly one of accepted, rejected and skipped for each frame, and throws nothing.
 *
 * <pre>
 *   GREETING ──Hello──▶ LIVE ──Goodbye──▶ LEFT
 *       └───refused───────┴───────────────▲
 * </pre>
 */
final class Session extends ChannelInboundHandlerAdapter implements FrameListener {
    private static final Logger logger = LoggerFactory.getLogger(Session.class);
    private static final String COLLECTOR_VERSION = collectorVersion();

    private enum State {
        GREETING,
        LIVE,
        LEFT
    }

    private final Sessions sessions;
    private final Counters counters;
    private final Peer peer;
    private final Complaints complaints;
    private final FrameDecoder decoder;
    private final ReceiveBudget.Share share;
    private final RankFrames frames = new RankFrames();
    private final Tally tally = new Tally();
    private State state = State.GREETING;
    private String endReason = "connection lost";
    private @Nullable Future<?> handshakeTimer;
    private @Nullable RankKey rank;
    /** Where a node speaks here, and no rank. */
    private @Nullable NodeFrames node;

    private boolean joined;
    private boolean inTlsHandshake;
    private volatile long pid;
    /** Guarded by this object's monitor, which every hand-over to the sink holds: see {@link FrameListener}. */
    private boolean superseded;

    Session(Sessions sessions, Channel channel) {
        this.sessions = sessions;
        this.counters = sessions.counters;
        this.peer = new Peer(channel);
        this.complaints = new Complaints(counters, peer, this::speaker);
        this.share = sessions.budget.share(this::overBudget);
        this.decoder = new FrameDecoder(this, share);
    }

    FrameDecoder decoder() {
        return decoder;
    }

    long pid() {
        return pid;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (!sessions.connected()) {
            complaints.oneTooMany();
            end("too many connections");
            return;
        }
        if (isShutOut()) {
            return;
        }
        handshakeTimer = ctx.executor()
                .schedule(this::handshakeTimedOut, sessions.handshakeTimeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    private boolean isShutOut() {
        if (!sessions.wrongTokens.shutOut(peer.address())) {
            return false;
        }
        complaints.shutOut();
        end("too many wrong tokens");
        return true;
    }

    @Override
    public void frame(int kind, ByteBuf bytes, int index, int length) {
        tally.received();
        try {
            boolean taken = switch (state) {
                case GREETING -> greet(kind, bytes, index, length);
                case LIVE -> observe(kind, bytes, index, length);
                case LEFT -> false;
            };
            if (taken) {
                tally.accepted();
            } else {
                tally.skipped();
            }
        } catch (FrameException e) {
            rejected(e.getMessage());
        } catch (IllegalArgumentException e) {
            rejected("Malformed " + FrameKind.name(kind) + ": " + e.getMessage());
        } catch (RuntimeException e) {
            rejected("Malformed " + FrameKind.name(kind) + ": " + e);
            complaints.notTaken(kind, e);
        }
    }

    @Override
    public void endOfRead() {
        tally.into(counters);
        share.assemble(frames.waitingBytes());
    }

    private boolean greet(int kind, ByteBuf bytes, int index, int length) {
        try {
            if (kind != FrameKind.HELLO) {
                throw FrameException.malformed("Hello", FrameKind.name(kind) + " (expected: a Hello first)");
            }
            int versions = Hello.versions(bytes, index, length);
            int min = versions & 0xFFFF;
            int max = versions >>> Short.SIZE;
            int version = Versions.choose(min, max);
            if (version == Versions.NONE) {
                throw refuse(Versions.refusal(min, max));
            }
            join(Hello.read(bytes, index, length), version);
            return true;
        } catch (FrameException e) {
            refused(e.problem());
            throw e;
        } catch (IllegalArgumentException e) {
            // The sink does not want this rank, for a reason that will not go away.
            refused("Hello: " + e.getMessage());
            throw e;
        } catch (RuntimeException e) {
            end("the collector failed");
            throw e;
        }
    }

    private FrameException refuse(String reason) {
        refused(reason);
        return FrameException.malformed("Hello", reason);
    }

    private void join(Hello hello, int version) {
        byte[] wanted = sessions.tokenHash;
        // Connections that stood before the address was shut out must not be tries left over.
        if (wanted != null && isShutOut()) {
            throw FrameException.malformed("Hello", "too many wrong tokens of late");
        }
        if (wanted != null && !hello.knows(wanted)) {
            sessions.wrongTokens.count(peer.address());
            throw refuse("token: wrong (expected: the collector's)");
        }
        if (hello.speaker instanceof Hello.OfNode speaker) {
            join(hello.job, speaker);
        } else if (hello.speaker instanceof Hello.OfRank speaker) {
            join(hello.job, speaker);
        }
        decoder.widen();
        peer.send(new Welcome(version, COLLECTOR_VERSION, true));
    }

    private void join(String job, Hello.OfRank speaker) {
        RankKey key = new RankKey(job, speaker.rank());
        pid = speaker.info().pid();
        rank = key;
        greeted(State.LIVE);
        frames.speakFor(job, speaker.rank());
        sessions.speaksFor(key, this);
        joined = handOver(new RankJoined(job, sessions.nowMicros(), speaker.rank(), speaker.info()));
    }

    private void join(String job, Hello.OfNode speaker) {
        pid = speaker.key().pid();
        NodeFrames its = new NodeFrames(sessions, job, speaker.key(), this, this::handOver);
        Session before = its.join();
        node = its;
        greeted(State.LIVE);
        if (before != null) {
            before.supersede(pid);
        }
    }

    private boolean observe(int kind, ByteBuf bytes, int index, int length) {
        NodeFrames speaker = node;
        if (kind == FrameKind.STEP && speaker == null) {
            return handOver(frames.step(bytes, index, length));
        }
        if (kind == FrameKind.HELLO) {
            throw FrameException.malformed("Hello", "a second one (expected: one a connection)");
        }
        if (speaker != null) {
            return observe(speaker, kind, bytes, index, length);
        }
        if (kind == FrameKind.GOODBYE) {
            return leave(frames.goodbye(bytes, index, length, sessions.nowMicros()));
        }
        Observation observation = frames.rare(kind, bytes, index, length, sessions.nowMicros());
        // A chunk that is not the last one says nothing yet.
        return observation == null || handOver(observation);
    }

    private boolean observe(NodeFrames speaker, int kind, ByteBuf bytes, int index, int length) {
        if (kind == FrameKind.GOODBYE) {
            end(frames.goodbye(bytes, index, length, sessions.nowMicros())
                    .left()
                    .reason());
            return true;
        }
        return !superseded && speaker.take(kind, bytes, index, length);
    }

    private boolean leave(RankFrames.Leave leave) {
        endReason = leave.left().reason();
        state = State.LEFT;
        decoder.stop();
        try {
            return handOver(leave.progress());
        } finally {
            joined = false;
            handOver(leave.left());
            // A reporter that sees the end of the connection takes it that all it said is safe.
            sessions.kept.then(peer::close);
        }
    }

    /** False where another connection speaks for the rank now, or the collector stops. The caller holds this object's monitor. */
    private boolean handOver(Observation observation) {
        if (superseded || sessions.closing()) {
            return false;
        }
        sessions.sink.accept(observation);
        return true;
    }

    /**
     * The rank came back on another connection, so this one is silent from here on; nothing of it is under way when this returns. Where the
     * process is the same one, it has given this connection up, and it is closed. Another process may be a twin that still lives: closing it would
     * only make the two throw each other out in turns.
     */
    void supersede(long byPid) {
        synchronized (this) {
            superseded = true;
        }
        if (byPid == pid) {
            peer.close();
        }
    }

    /** Asks the reporter for a probe; false where the connection cannot take it now. */
    boolean ask(int model) {
        if (!peer.listens()) {
            return false;
        }
        peer.send(new Ask(model));
        return true;
    }

    @Override
    public void skipped(int kind) {
        tally.received();
        tally.skipped();
        if (state == State.GREETING) {
            refused("Hello: " + FrameKind.name(kind) + " (expected: a Hello first)");
        }
    }

    /** From now on a TLS handshake is under way. */
    void beginsTls() {
        inTlsHandshake = true;
    }

    /** Its first bytes are not TLS's, where TLS is wanted. */
    void speaksPlainText() {
        mismatched("plain text", "TLS; set GRADWATCH_TLS_CA");
    }

    private void mismatched(String spoken, String expected) {
        complaints.mismatched(spoken, expected);
        refused("connection: " + spoken + " (expected: " + expected + ")");
    }

    @Override
    public void lost(long length, int mostBytes) {
        if (state == State.GREETING && TlsGate.isTls(length)) {
            // It hears no TLS in the answer, which is how it learns what is wrong.
            mismatched("TLS", "plain text; unset GRADWATCH_TLS_CA");
            return;
        }
        complaints.frameLength(length, mostBytes);
        end("malformed frame");
    }

    @Override
    public void truncated(int kind, long bytes, long wholeBytes) {
        complaints.truncated(kind, bytes, wholeBytes);
    }

    private void rejected(@Nullable String problem) {
        tally.rejected();
        complaints.rejected(problem);
    }

    private void refused(String reason) {
        if (state == State.LEFT) {
            return;
        }
        counters.refused.increment();
        greeted(State.LEFT);
        decoder.stop();
        peer.sendLast(new Refused(reason));
    }

    private void end(String reason) {
        endReason = reason;
        if (state == State.GREETING) {
            greeted(State.LEFT);
        }
        state = State.LEFT;
        decoder.stop();
        peer.close();
    }

    private void greeted(State next) {
        if (state == State.GREETING) {
            sessions.greeted();
            if (handshakeTimer != null) {
                handshakeTimer.cancel(false);
            }
        }
        state = next;
    }

    private void handshakeTimedOut() {
        if (state == State.GREETING) {
            complaints.late(inTlsHandshake ? "TLS handshake" : "Hello", sessions.handshakeTimeout);
            end("no Hello");
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof IdleStateEvent) {
            complaints.silent(sessions.idleTimeout);
            end("silent for " + sessions.idleTimeout.toSeconds() + " s");
        } else if (event instanceof SslHandshakeCompletionEvent handshake) {
            inTlsHandshake = false;
            if (!handshake.isSuccess() && state == State.GREETING) {
                complaints.handshakeFailed(handshake.cause());
                end("TLS handshake failed");
            }
        }
    }

    private void overBudget() {
        complaints.overBudget();
        peer.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        greeted(State.LEFT);
        sessions.disconnected();
        frames.forget();
        NodeFrames speaker = node;
        if (speaker != null && speaker.lost()) {
            Future<?> unused =
                    ctx.executor().schedule(speaker::expire, sessions.nodes.grace.toNanos(), TimeUnit.NANOSECONDS);
        }
        RankKey key = rank;
        if (key == null) {
            return;
        }
        sessions.fallsSilent(key, this);
        if (joined) {
            joined = false;
            lose(key);
        }
    }

    private synchronized void lose(RankKey key) {
        try {
            handOver(new RankLeft(key.job(), sessions.nowMicros(), key.rank(), false, endReason));
        } catch (RuntimeException e) {
            logger.debug("Malformed end of {}: {}", key, e.getMessage());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // What TLS cannot read comes wrapped by the decoder that it is.
        if (!(cause instanceof IOException || cause instanceof DecoderException)) {
            complaints.connectionFailed(cause);
        } else if (cause instanceof DecoderException && state == State.LIVE) {
            complaints.tlsRecord(cause);
        }
        end("connection lost");
    }

    private @Nullable Object speaker() {
        return node == null ? rank : node;
    }

    private static String collectorVersion() {
        String version = Session.class.getPackage().getImplementationVersion();
        return version == null ? "unreleased" : version;
    }
}
