package dev.gradwatch.collector.source.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gradwatch.collector.model.LogMessage;
import dev.gradwatch.collector.model.Observation.JobEnded;
import dev.gradwatch.collector.model.Observation.JobStarted;
import dev.gradwatch.collector.model.Observation.LogRead;
import dev.gradwatch.collector.model.Observation.MessageSeen;
import dev.gradwatch.collector.model.Severity;
import dev.gradwatch.wire.FrameKind;
import dev.gradwatch.wire.Hello;
import dev.gradwatch.wire.Launch;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Connections of nodes, on a real port and cut at every byte. */
class NodeConnectionTest {
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final String TOKEN = "s3cret";

    private final Observed observed = new Observed();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private TcpSource source;
    private InetSocketAddress address;

    @BeforeEach
    void start() throws Exception {
        source = new TcpSource(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                TcpSourceTest.sessions(TOKEN, observed, LONG, LONG, 16 << 20),
                null);
        opened.add(source);
        address = source.start();
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable resource : opened) {
            resource.close();
        }
    }

    @Test
    void node_isHeardToItsGoodbye() throws Exception {
        Reporter node = reporter()
                .send(Golden.frames("hello-node", "launch-started", "message", "launch-ended"))
                .send(Golden.json(FrameKind.GOODBYE, "{\"reason\":\"exit\"}"));

        JobStarted started = observed.next(JobStarted.class);
        assertThat(started)
                .isEqualTo(new JobStarted(
                        "seg-042", 1_795_337_991_123_456L, "train", List.of("torchrun", "--nnodes", "2", "größe.py")));
        LogMessage first = observed.next(MessageSeen.class).message();
        assertThat(first.id()).isEqualTo("ddp.unused.default");
        assertThat(first.severity()).isEqualTo(Severity.ERROR);
        assertThat(first.source()).isEqualTo("node1:stderr");
        assertThat(first.line()).isEqualTo(41);
        assertThat(first.endLine()).isEqualTo(43);
        assertThat(first.rank()).isZero();
        assertThat(first.attempt()).isEqualTo(1);
        assertThat(first.guide().trap()).isEqualTo("Größe");
        assertThat(first.fields())
                .containsEntry("indices", List.of(58, 59))
                .containsEntry("loss", 1.5)
                .containsEntry("worst", Double.NaN)
                .containsEntry("bytes", 12_884_901_888L)
                .containsEntry("uncaught", true)
                .containsEntry("nested", Map.of("deep", List.of(List.of(1), Map.of())));
        assertThat(observed.next(MessageSeen.class).message().source()).isEqualTo("node1:/logs/größe.log");
        assertThat(observed.next(LogRead.class).source()).isEqualTo("node1:stderr");
        assertThat(observed.next(LogRead.class).lines()).isZero();
        assertThat(observed.next(JobEnded.class).exitCode()).isEqualTo(137);
        assertThat(node.frame()[4]).isEqualTo((byte) FrameKind.WELCOME);
        assertThat(node.isClosed()).isTrue();
        await().untilAsserted(() -> assertThat(source.counts().accepted()).isEqualTo(5));
    }

    @Test
    void jobOnTwoNodes_endsOnce() throws Exception {
        Reporter one = joined("one", 1).send(Golden.frame(Launch.started(5, "a", List.of("x"))));
        observed.next(JobStarted.class);
        Reporter two = joined("two", 1).send(Golden.frame(Launch.started(6, "a", List.of("x"))));
        two.send(Golden.frame(Launch.ended(8, 0)));
        await().untilAsserted(() -> assertThat(source.counts().accepted()).isEqualTo(5));
        assertThat(observed.isEmpty()).isTrue();
        one.send(Golden.frame(Launch.ended(9, 4)));

        assertThat(observed.next(JobEnded.class)).isEqualTo(new JobEnded("job", 9, 4));
    }

    @Test
    void node_thatConnectsAgainClosesItsFormerConnection() throws Exception {
        Reporter former = joined("one", 7);
        joined("one", 8);
        joined("one", 7);

        assertThat(former.isClosed()).isTrue();
    }

    @Test
    void frames_thatAreBrokenOrARanksAreRejectedAndTheStreamLivesOn() throws Exception {
        joined("one", 1)
                .send(Golden.frames("step", "progress", "manifest", "hello-node", "gpu", "unknown"))
                .send(Golden.json(FrameKind.LAUNCH, "{}"))
                .send(Golden.json(FrameKind.LAUNCH, "{\"started\":{}}"))
                .send(Golden.json(FrameKind.MESSAGE, "{\"messages\":[{\"id\":\"a\"}]}"))
                .send(Golden.json(
                        FrameKind.MESSAGE,
                        "{\"messages\":[{\"id\":\"a\",\"severity\":\"loud\",\"source\":\"s\",\"line\":1}]}"))
                .send(Golden.json(
                        FrameKind.MESSAGE,
                        "{\"messages\":[{\"id\":\"a\",\"fields\":{\"a\":" + "[".repeat(20) + "]".repeat(20) + "}}]}"))
                .send(Golden.json(FrameKind.MESSAGE, "{\"read\":[" + "{\"source\":\"s\"},".repeat(256) + "{}]}"))
                .send(Golden.frame("message"));

        observed.next(MessageSeen.class);
        await().untilAsserted(() -> assertThat(source.counts().rejected()).isEqualTo(11));
        assertThat(source.counts().skipped()).isEqualTo(1);
        assertThat(source.counts().failed()).isZero();
    }

    @Test
    void rank_doesNotSpeakForANode() throws Exception {
        Reporter rank = reporter().send(Golden.frames("hello", "message", "launch-started", "goodbye"));

        rank.frame();
        assertThat(rank.isClosed()).isTrue();
        // A read is counted at its end, which the connection's may come before.
        await().untilAsserted(() -> assertThat(source.counts().rejected()).isEqualTo(2));
    }

    @Test
    void hello_thatIsBrokenIsToldWhy() throws Exception {
        assertRefused("{\"job\":\"j\",\"role\":\"node\",\"pid\":1}", "Hello: host: missing (expected: it)");
        assertRefused(
                "{\"job\":\"j\",\"role\":\"node\",\"host\":\"\",\"pid\":1}", "Hello: node: empty (expected: a name)");
        assertRefused("{\"job\":\"j\",\"role\":\"gpu\",\"pid\":1}", "Hello: role: gpu (expected: rank or node)");
        assertRefused(
                "{\"job\":\"j\",\"role\":\"node\",\"host\":\"h\",\"pid\":1}",
                "token: wrong (expected: the collector's)");
    }

    @Test
    void stream_cutAtEveryByteIsNeverMisread() {
        byte[] stream = Golden.frames("hello-node", "launch-started", "message", "launch-ended", "message-empty");
        UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
        for (int cut = 0; cut <= stream.length; cut++) {
            Observed whole = new Observed();
            Sessions sessions = TcpSourceTest.sessions(TOKEN, whole, LONG, LONG, 16 << 20);
            EmbeddedChannel channel = new EmbeddedChannel();
            channel.config().setAllocator(allocator);
            TcpSource.initialize(channel, sessions, null);
            channel.pipeline().fireChannelActive();
            channel.writeInbound(allocator.directBuffer(cut + 1).writeBytes(Arrays.copyOf(stream, cut)));
            channel.writeInbound(
                    allocator.directBuffer(stream.length).writeBytes(Arrays.copyOfRange(stream, cut, stream.length)));
            channel.finishAndReleaseAll();

            TcpCounts counts = sessions.counters.counts();
            assertThat(counts.accepted()).as("cut at %s", cut).isEqualTo(5);
            assertThat(counts.received()).isEqualTo(5);
            assertThat(sessions.budget.heldBytes()).isZero();
        }
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    private void assertRefused(String json, String reason) throws Exception {
        Reporter reporter = reporter().send(Golden.json(FrameKind.HELLO, "GRWD\1\0\1\0" + json));
        assertThat(reporter.text(0)).isEqualTo("{\"reason\":\"" + reason + "\",\"speaks\":[1,1]}");
    }

    private Reporter joined(String name, long pid) throws Exception {
        Reporter node = reporter()
                .send(Golden.frame(Hello.ofNode("job", name, "host", pid).token(TOKEN)));
        assertThat(node.frame()[4]).isEqualTo((byte) FrameKind.WELCOME);
        return node;
    }

    private Reporter reporter() throws Exception {
        Reporter reporter = new Reporter(address);
        opened.add(reporter);
        return reporter;
    }
}
