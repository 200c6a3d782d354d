package dev.gradwatch.collector.source.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.Observation.ModelDescribed;
import dev.gradwatch.collector.model.Observation.RankFailed;
import dev.gradwatch.collector.model.Observation.RankJoined;
import dev.gradwatch.collector.model.Observation.RankLeft;
import dev.gradwatch.collector.model.Observation.RankProgressed;
import dev.gradwatch.collector.model.Observation.StepReported;
import dev.gradwatch.collector.model.ObservationSink;
import dev.gradwatch.wire.FrameKind;
import dev.gradwatch.wire.Hello;
import dev.gradwatch.wire.Limits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real source on a real port, with sockets at its other end. */
class TcpSourceTest {
    private static final long NOW_MICROS = 1_795_337_000_000_000L;
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final String TOKEN = "s3cret";

    private final Observed observed = new Observed();
    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable resource : opened) {
            resource.close();
        }
    }

    @Test
    void hello_isWelcomedAndObserved() throws Exception {
        Reporter reporter = reporter(source()).send(Golden.frame("hello"));

        byte[] welcome = reporter.frame();
        assertThat(welcome[4]).isEqualTo((byte) FrameKind.WELCOME);
        assertThat(Arrays.copyOfRange(welcome, 5, 7)).containsExactly(1, 0);
        assertThat(new String(welcome, 7, welcome.length - 7, UTF_8))
                .isEqualTo("{\"collector\":\"unreleased\",\"limits\":{\"frame_bytes\":16777216},"
                        + "\"sample\":{\"norms\":true}}");
        RankJoined joined = observed.next(RankJoined.class);
        assertThat(joined.job()).isEqualTo("seg-042");
        assertThat(joined.micros()).isEqualTo(NOW_MICROS);
        assertThat(joined.rank()).isZero();
        assertThat(joined.info().group()).isEqualTo("127.0.0.1:29500");
        assertThat(joined.info().pid()).isEqualTo(4054);
        assertThat(joined.info().command()).containsExactly("train.py", "--fold", "0");
        assertThat(joined.info().libraries()).containsEntry("lightning", "2.6.6");
    }

    @Test
    void reporter_needNotWaitForTheAnswer() throws Exception {
        TcpSource source = source();
        Reporter reporter = reporter(source).send(Golden.frames("hello", "manifest", "step-n0", "failure", "goodbye"));

        observed.next(RankJoined.class);
        assertThat(observed.next(ModelDescribed.class).manifest().parameters()).hasSize(3);
        assertThat(observed.next(StepReported.class).micros()).isEqualTo(1_795_337_991_123_456L);
        assertThat(observed.next(RankFailed.class).failure().where()).isEqualTo("forward");
        assertThat(observed.next(RankProgressed.class).models()).hasSize(2);
        RankLeft left = observed.next(RankLeft.class);
        assertThat(left.orderly()).isTrue();
        assertThat(left.reason()).isEqualTo("exit");
        assertThat(reporter.frame()[4]).isEqualTo((byte) FrameKind.WELCOME);
        assertThat(reporter.isClosed()).isTrue();
        assertBalanced(source, 5, 0, 0);
    }

    @Test
    void hello_ofOtherVersionIsRefused() throws Exception {
        TcpSource source = source();
        Reporter reporter = reporter(source).send(Golden.frames("hello-unspoken-version", "step"));

        assertThat(reporter.frame()).isEqualTo(Golden.frame("refused"));
        assertThat(reporter.isClosed()).isTrue();
        assertThat(observed.isEmpty()).isTrue();
        assertBalanced(source, 0, 1, 0);
    }

    @Test
    void hello_ofLaterVersionThatSpeaksOurs() throws Exception {
        Reporter reporter = reporter(source()).send(Golden.frame("hello-later-version"));

        assertThat(reporter.frame()[4]).isEqualTo((byte) FrameKind.WELCOME);
        observed.next(RankJoined.class);
    }

    @Test
    void token_wrongOrMissingIsRefused() throws Exception {
        TcpSource source = source(TOKEN, observed, LONG, LONG);
        byte[] wrong = Golden.frame(new Hello("j", 0, 1, 1).token("s3creT"));
        for (byte[] hello : List.of(wrong, Golden.frame("hello-required"))) {
            Reporter reporter = reporter(source).send(hello);

            assertThat(reporter.frame()).isEqualTo(Golden.frame("refused-token"));
            assertThat(reporter.isClosed()).isTrue();
        }
        assertThat(observed.isEmpty()).isTrue();

        assertThat(reporter(source).send(Golden.frame("hello")).frame()[4]).isEqualTo((byte) FrameKind.WELCOME);
    }

    @Test
    void address_ofManyWrongTokensIsShutOut() throws Exception {
        TcpSource source = source(TOKEN, observed, LONG, LONG);
        byte[] wrong = Golden.frame(new Hello("j", 0, 1, 1).token("s3creT"));
        Reporter before = reporter(source);
        await().untilAsserted(() -> assertThat(source.counts().opened()).isEqualTo(1));
        for (int i = 0; i < WrongTokens.MOST; i++) {
            assertThat(reporter(source).send(wrong).frame()[4]).isEqualTo((byte) FrameKind.REFUSED);
        }

        assertThat(reporter(source).trySend(Golden.frame("hello")).isClosed()).isTrue();
        assertThat(before.send(Golden.frame("hello")).isClosed()).isTrue();
        assertThat(source.counts().shutOut()).isEqualTo(2);
        assertThat(source.counts().refused()).isEqualTo(WrongTokens.MOST);
        assertThat(observed.isEmpty()).isTrue();
    }

    @Test
    void hello_thatIsBrokenIsToldWhy() throws Exception {
        TcpSource source = source();
        String head = "GRWD\1\0\1\0";

        assertRefused(source, Golden.frame("step"), "Hello: Step (expected: a Hello first)");
        assertRefused(source, Golden.frame("unknown"), "Hello: 0x7F (expected: a Hello first)");
        assertRefused(
                source, Golden.json(FrameKind.HELLO, "GRWX\1\0\1\0{}"), "Hello: magic: 0x58575247 (expected: GRWD)");
        assertRefused(source, Golden.json(FrameKind.HELLO, "GRWD"), "Hello: 4 bytes (expected: at least 8)");
        assertRefused(
                source,
                Golden.json(FrameKind.HELLO, head + "{\"job\":\"j\",\"rank\":65536}"),
                "Hello: rank: 65536 (expected: 0-65535)");
        assertRefused(
                source,
                Golden.json(FrameKind.HELLO, head + "{\"job\":\"j\",\"rank\":\"1\"}"),
                "Hello: rank: \\\"1\\\" (expected: 0-65535)");
        assertRefused(
                source,
                Golden.json(FrameKind.HELLO, head + "{\"job\":\"j\",\"rank\":1,\"pid\":1}"),
                "Hello: world_size: missing (expected: it)");
        assertRefused(
                source,
                Golden.json(FrameKind.HELLO, head + "{\"job\":\"" + "j".repeat(1025) + "\"}"),
                "Hello: job: 1025 bytes (expected: at most 1024)");
        assertRefused(
                source,
                Golden.json(FrameKind.HELLO, head + "{\"token\":\"s3cret\", nonsense"),
                "Hello: JSON: not well-formed (expected: one object)");
        assertThat(observed.isEmpty()).isTrue();
    }

    private void assertRefused(TcpSource source, byte[] bytes, String reason) throws IOException {
        Reporter reporter = reporter(source).send(bytes);
        assertThat(reporter.text(0)).isEqualTo("{\"reason\":\"" + reason + "\",\"speaks\":[1,1]}");
        assertThat(reporter.isClosed()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "\u0017\u0003\u0003\0\100",
                "\0\0\0\0\0\0\0\0\0\0",
                "SSH-2.0-OpenSSH_9.6\r\n"
            })
    void garbage_endsTheConnection(String garbage) throws Exception {
        TcpSource source = source();
        Reporter reporter = reporter(source).send(garbage.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));

        assertThat(reporter.isClosed()).isTrue();
        await().untilAsserted(() -> assertThat(source.counts().malformed()).isEqualTo(1));
        assertBalanced(source, 0, 0, 0);
        assertThat(observed.isEmpty()).isTrue();
    }

    @Test
    void length_aboveLimitEndsTheConnection() throws Exception {
        TcpSource source = source();
        Reporter reporter = joined(source, "hello");
        reporter.send(head(Limits.MAX_FRAME_BYTES + 1, FrameKind.LEDGER));

        assertThat(reporter.isClosed()).isTrue();
        assertThat(observed.next(RankLeft.class).reason()).isEqualTo("malformed frame");
        assertThat(source.counts().malformed()).isEqualTo(1);
    }

    @Test
    void length_beforeHelloIsThatOfAHello() throws Exception {
        Reporter reporter = reporter(source()).send(head(Limits.MAX_HELLO_BYTES + 1, FrameKind.HELLO));

        assertThat(reporter.isClosed()).isTrue();
    }

    @Test
    void stream_cutAtEveryByteIsNeverMisread() throws Exception {
        TcpSource source = source();
        byte[] hello = Golden.frame("hello-required");
        byte[] stream = Golden.join(hello, Golden.frames("manifest-empty", "step-n1", "progress-empty"));
        int connections = 0;
        for (int cut = 0; cut < stream.length; cut++) {
            reporter(source).send(Arrays.copyOf(stream, cut)).endOutput();
            connections++;
        }
        int expected = connections;
        await().untilAsserted(() -> assertThat(source.counts().opened()).isEqualTo(expected));
        // A cut at one of the four seams, the beginning included, leaves no part of a frame.
        await().untilAsserted(() -> assertThat(source.counts().truncated()).isEqualTo(expected - 4));
        assertThat(source.counts().rejected()).isZero();
        assertThat(source.counts().failed()).isZero();
        assertThat(source.counts().malformed()).isZero();
    }

    @Test
    void kind_unknownIsSkippedByItsLength() throws Exception {
        TcpSource source = source();
        joined(source, "hello")
                .send(Golden.frame(0x60, new byte[3_000_000]))
                .send(Golden.frames("unknown", "ask", "step-appended"));

        assertThat(observed.next(StepReported.class).step().loss()).isEqualTo(2);
        assertBalanced(source, 2, 0, 3);
    }

    @Test
    void frame_thatIsBrokenIsRejectedAndTheStreamLivesOn() throws Exception {
        TcpSource source = source();
        byte[] step = Golden.frame("step");
        step[5] = 64;
        joined(source, "hello")
                .send(step)
                .send(Golden.frame(FrameKind.STEP, new byte[47]))
                .send(Golden.json(FrameKind.CHANGE, "[]"))
                .send(Golden.json(FrameKind.CHANGE, "{\"backward\":1}"))
                .send(Golden.json(FrameKind.PROBE, "{\"model\":0,\"backward\":0,\"ran\":[-1]}"))
                .send(Golden.json(FrameKind.LEDGER, "{\"model\":0,\"watched\":1,\"used\":{\"runs\":[[0,1,0,2]]}}"))
                .send(Golden.json(FrameKind.FAILURE, "{\"type\":\"E\",\"message\":\"" + "m".repeat(65_537) + "\"}"))
                .send(Golden.frame("manifest-chunk-1"))
                .send(Golden.frame("hello"))
                .send(Golden.frame("step"));

        observed.next(StepReported.class);
        assertBalanced(source, 2, 9, 0);
    }

    @Test
    void connection_thatSaysNothingIsClosed() throws Exception {
        TcpSource source = source(null, observed, SHORT, LONG);

        assertThat(reporter(source).isClosed()).isTrue();
        assertThat(reporter(source)
                        .send(Arrays.copyOf(Golden.frame("hello"), 20))
                        .isClosed())
                .isTrue();
        assertThat(source.counts().timedOut()).isEqualTo(2);
    }

    @Test
    void connection_thatFallsSilentIsClosed() throws Exception {
        TcpSource source = source(null, observed, LONG, SHORT);
        Reporter reporter = joined(source, "hello");

        assertThat(reporter.isClosed()).isTrue();
        RankLeft left = observed.next(RankLeft.class);
        assertThat(left.orderly()).isFalse();
        assertThat(left.reason()).startsWith("silent for");
    }

    @Test
    void connection_lostIsObserved() throws Exception {
        joined(source(), "hello").close();

        RankLeft left = observed.next(RankLeft.class);
        assertThat(left.orderly()).isFalse();
        assertThat(left.reason()).isEqualTo("connection lost");
        assertThat(left.micros()).isEqualTo(NOW_MICROS);
    }

    @Test
    void rank_thatConnectsAgainLeavesQuietly() throws Exception {
        TcpSource source = source();
        Reporter before = joined(source, "hello");
        Reporter after = joined(source, "hello");

        assertThat(before.isClosed()).isTrue();
        after.send(Golden.frame("step"));
        observed.next(StepReported.class);
        after.close();
        assertThat(observed.next(RankLeft.class).orderly()).isFalse();
        assertThat(observed.isEmpty()).isTrue();
    }

    @Test
    void rank_ofAnotherProcessSilencesTheFormer() throws Exception {
        TcpSource source = source();
        Reporter former = joined(source, "hello");
        Reporter latter = reporter(source).send(Golden.frame(new Hello("seg-042", 0, 2, 5000)));
        assertThat(observed.next(RankJoined.class).info().pid()).isEqualTo(5000);

        former.send(Golden.frames("step", "failure")).close();
        await().untilAsserted(() -> assertThat(source.counts().skipped()).isEqualTo(2));
        latter.send(Golden.frame("goodbye"));

        observed.next(RankProgressed.class);
        assertThat(observed.next(RankLeft.class).orderly()).isTrue();
        assertThat(observed.isEmpty()).isTrue();
    }

    @Test
    void sink_thatContradictsRejectsTheFrameOnly() throws Exception {
        ObservationSink sink = observation -> {
            if (observation instanceof StepReported step && step.step().parameters() == 5) {
                throw new IllegalArgumentException("parameters: 5 (expected: 3)");
            }
            if (observation instanceof RankFailed) {
                throw new IllegalStateException("a defect");
            }
            observed.accept(observation);
        };
        TcpSource source = source(null, sink, LONG, LONG);
        joined(source, "hello").send(Golden.frames("step", "failure", "step-n1"));

        assertThat(observed.next(StepReported.class).step().parameters()).isEqualTo(1);
        assertBalanced(source, 2, 2, 0);
        assertThat(source.counts().failed()).isEqualTo(1);
    }

    @Test
    void sink_thatDoesNotWantARankRefusesIt() throws Exception {
        TcpSource source = source(
                null,
                observation -> {
                    throw new IllegalArgumentException("jobs: 257 (expected: at most 256)");
                },
                LONG,
                LONG);

        assertRefused(source, Golden.frame("hello"), "Hello: jobs: 257 (expected: at most 256)");
    }

    @Test
    void ask_reachesTheRank() throws Exception {
        TcpSource source = source();
        Reporter reporter = joined(source, "hello");

        assertThat(source.ask("seg-042", 0, 0)).isTrue();
        assertThat(reporter.frame()).isEqualTo(Golden.frame("ask"));
        assertThat(source.ask("seg-042", 1, 0)).isFalse();
        assertThat(source.ask("other", 0, 0)).isFalse();
    }

    @Test
    void budget_closesTheConnectionThatHoldsMost() throws Exception {
        Sessions sessions = sessions(null, observed, LONG, LONG, 4 << 20);
        TcpSource source = source(sessions);
        Reporter large = joined(source, "hello");
        Reporter small = joined(source, "hello-no-options");
        large.send(head(Limits.MAX_FRAME_BYTES, FrameKind.LEDGER)).send(new byte[3 << 20]);
        await().untilAsserted(() -> assertThat(sessions.budget.heldBytes()).isGreaterThanOrEqualTo(3 << 20));
        byte[] probe =
                Golden.json(FrameKind.PROBE, "{\"model\":0,\"backward\":0,\"ran\":[]" + " ".repeat(2 << 20) + "}");
        small.send(probe);

        assertThat(large.isClosed()).isTrue();
        assertThat(observed.next(Observation.class)).isNotNull();
        assertThat(observed.next(Observation.class)).isNotNull();
        assertThat(source.counts().overBudget()).isEqualTo(1);
        await().untilAsserted(() -> assertThat(source.counts().accepted()).isEqualTo(3));
        await().untilAsserted(() -> assertThat(sessions.budget.heldBytes()).isZero());
    }

    @Test
    void start_onATakenPort() throws Exception {
        InetSocketAddress taken = (InetSocketAddress) address(source());
        TcpSource second = new TcpSource(taken, null, observed);
        opened.add(second);

        assertThatThrownBy(second::start).isInstanceOf(IOException.class).hasMessageContaining("in use");
    }

    @Test
    void close_isQuietAndMayComeTwice() throws Exception {
        TcpSource source = source();
        Reporter reporter = joined(source, "hello");

        source.close();
        source.close();

        assertThat(reporter.isClosed()).isTrue();
        assertThat(observed.isEmpty()).isTrue();
    }

    private final List<InetSocketAddress> addresses = new ArrayList<>();

    private TcpSource source() throws IOException {
        return source(null, observed, LONG, LONG);
    }

    private TcpSource source(String token, ObservationSink sink, Duration handshake, Duration idle) throws IOException {
        return source(sessions(token, sink, handshake, idle, 64 << 20));
    }

    private TcpSource source(Sessions sessions) throws IOException {
        TcpSource source = new TcpSource(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), sessions, null);
        opened.add(source);
        addresses.add(source.start());
        return source;
    }

    static Sessions sessions(String token, ObservationSink sink, Duration handshake, Duration idle, long bytes) {
        InstantSource clock = InstantSource.fixed(Instant.ofEpochSecond(NOW_MICROS / 1_000_000));
        byte[] hash = token == null ? null : TokenHash.of(token.getBytes(UTF_8));
        return new Sessions(sink, hash, clock, handshake, idle, bytes);
    }

    private InetSocketAddress address(TcpSource source) {
        return addresses.get(
                opened.stream().filter(TcpSource.class::isInstance).toList().indexOf(source));
    }

    private Reporter reporter(TcpSource source) throws IOException {
        Reporter reporter = new Reporter(address(source));
        opened.add(reporter);
        return reporter;
    }

    private Reporter joined(TcpSource source, String hello) throws Exception {
        Reporter reporter = reporter(source).send(Golden.frame(hello));
        assertThat(reporter.frame()[4]).isEqualTo((byte) FrameKind.WELCOME);
        observed.next(RankJoined.class);
        return reporter;
    }

    private static byte[] head(int length, int kind) {
        return ByteBuffer.allocate(5)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(length)
                .put((byte) kind)
                .array();
    }

    private static void assertBalanced(TcpSource source, long accepted, long rejected, long skipped) {
        await().untilAsserted(() -> {
            TcpCounts counts = source.counts();
            assertThat(List.of(counts.accepted(), counts.rejected(), counts.skipped()))
                    .containsExactly(accepted, rejected, skipped);
            assertThat(counts.received()).isEqualTo(accepted + rejected + skipped);
        });
    }
}
