package dev.gradwatch.collector.source.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.Observation.StepReported;
import dev.gradwatch.collector.model.ObservationSink;
import dev.gradwatch.wire.FrameKind;
import dev.gradwatch.wire.Hello;
import dev.gradwatch.wire.Step;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

/** Golden frames, damaged in every way that a seed can think of, against the decoder and the session. */
class MutationTest {
    private static final int EMBEDDED_MUTATIONS = 100_000;
    private static final int SOCKET_MUTATIONS = 2000;
    private static final long SEED = 20_261_122;
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final byte[] HELLO = Golden.frame("hello");
    private static final List<byte[]> FRAMES =
            Golden.names().stream().map(Golden::frame).toList();

    private final Random random = new Random(SEED);

    @Test
    void mutations_neverEscapeAndLeaveNothing() {
        // Its own count of bytes is exact, and a hundred times faster than the leak detector, which watches the test
        // below.
        UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
        LongAdder observations = new LongAdder();
        ObservationSink sink = observation -> observations.increment();
        Sessions sessions = TcpSourceTest.sessions(null, sink, LONG, LONG, 16 << 20);
        for (int i = 0; i < EMBEDDED_MUTATIONS; i++) {
            EmbeddedChannel channel = new EmbeddedChannel(false, false);
            channel.config().setAllocator(allocator);
            TcpSource.initialize(channel, sessions, null);
            registered(channel);
            byte[] stream = stream();
            // Reads cut streams anywhere, so the damage meets both the frames in place and those put together.
            int cut = random.nextInt(stream.length + 1);
            write(channel, allocator, Arrays.copyOf(stream, cut));
            write(channel, allocator, Arrays.copyOfRange(stream, cut, stream.length));
            channel.finishAndReleaseAll();
            channel.checkException();
        }

        TcpCounts counts = sessions.counters.counts();
        assertThat(counts.failed()).isZero();
        assertThat(counts.opened()).isEqualTo(EMBEDDED_MUTATIONS);
        assertThat(counts.received()).isEqualTo(counts.accepted() + counts.rejected() + counts.skipped());
        // The damage must have come to every kind of end, or this test tests nothing.
        assertThat(counts.accepted()).isGreaterThan(EMBEDDED_MUTATIONS / 2);
        assertThat(counts.rejected()).isGreaterThan(EMBEDDED_MUTATIONS / 10);
        assertThat(counts.skipped()).isPositive();
        assertThat(counts.truncated()).isGreaterThan(EMBEDDED_MUTATIONS / 100);
        assertThat(counts.malformed()).isGreaterThan(EMBEDDED_MUTATIONS / 100);
        assertThat(observations.sum()).isPositive();
        assertThat(sessions.budget.heldBytes()).isZero();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    @Test
    void mutations_costAHealthyReporterNothing() throws Exception {
        AtomicLong steps = new AtomicLong();
        ObservationSink sink = observation -> count(observation, steps);
        Sessions sessions = TcpSourceTest.sessions(null, sink, LONG, LONG, 16 << 20);
        try (TcpSource source =
                new TcpSource(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), sessions, null)) {
            InetSocketAddress address = source.start();
            try (Reporter healthy = new Reporter(address)) {
                healthy.send(Golden.frame(new Hello("healthy", 0, 1, 77)));
                for (int i = 0; i < SOCKET_MUTATIONS; i++) {
                    try (Reporter broken = new Reporter(address)) {
                        broken.trySend(stream());
                    }
                    healthy.send(Golden.frame(new Step(0, 2, 70, i, i, i + 1, 1, 1, new long[] {i, 5})));
                }
                assertThat(healthy.frame()[4]).isEqualTo((byte) FrameKind.WELCOME);
                await().untilAsserted(() -> assertThat(steps.get()).isEqualTo(SOCKET_MUTATIONS));
                await().untilAsserted(() -> assertThat(source.counts().opened()).isEqualTo(SOCKET_MUTATIONS + 1));
            }
            await().untilAsserted(() -> assertThat(sessions.connectionsNow()).isZero());
            TcpCounts counts = source.counts();
            assertThat(counts.failed()).isZero();
            assertThat(counts.received()).isEqualTo(counts.accepted() + counts.rejected() + counts.skipped());
            assertThat(sessions.budget.heldBytes()).isZero();
        }
    }

    private static void count(Observation observation, AtomicLong steps) {
        if (observation.job().equals("healthy") && observation instanceof StepReported reported) {
            // In order and undamaged: the i-th step carries i.
            assertThat(reported.step().backward()).isEqualTo(steps.get());
            assertThat(reported.step().used()).containsExactly(steps.getAndIncrement(), 5);
        }
    }

    /** Mostly a whole Hello and damaged frames behind it, sometimes a damaged Hello. */
    private byte[] stream() {
        byte[] hello = random.nextInt(8) == 0 ? mutated(HELLO) : HELLO;
        byte[] stream = Golden.join(hello, mutated(frame()));
        return random.nextInt(4) == 0 ? Golden.join(stream, frame(), mutated(frame())) : stream;
    }

    private byte[] frame() {
        return FRAMES.get(random.nextInt(FRAMES.size()));
    }

    private byte[] mutated(byte[] frame) {
        byte[] bytes = frame.clone();
        int damages = 1 + random.nextInt(3);
        for (int i = 0; i < damages && bytes.length > 0; i++) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(9)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> bytes = Arrays.copyOf(bytes, at);
                case 3 -> bytes = without(bytes, at, random.nextInt(16));
                case 4 -> bytes = Golden.join(Arrays.copyOf(bytes, at), noise(), rest(bytes, at));
                case 5 ->
                    Arrays.fill(bytes, at, Math.min(bytes.length, at + 8), (byte) (random.nextBoolean() ? 0 : -1));
                case 6 -> bytes = relengthed(without(bytes, at, random.nextInt(16)));
                case 7 -> bytes = relengthed(Golden.join(Arrays.copyOf(bytes, at), noise(), rest(bytes, at)));
                default -> bytes[Math.min(4, bytes.length - 1)] = (byte) random.nextInt(16);
            }
        }
        return bytes;
    }

    /** Makes the head agree with the bytes again, so that the damage comes past the decoder. */
    private static byte[] relengthed(byte[] bytes) {
        if (bytes.length >= 5) {
            java.nio.ByteBuffer.wrap(bytes)
                    .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                    .putInt(0, bytes.length - 4);
        }
        return bytes;
    }

    private byte[] noise() {
        String[] json = {
            "null", "-1", "1e999", "[[[[", "{\"a\":", "\"\\ud800\"", "99999999999999999999", ",", "\u0000", "true"
        };
        if (random.nextBoolean()) {
            return json[random.nextInt(json.length)].getBytes(java.nio.charset.StandardCharsets.UTF_8);
        }
        byte[] noise = new byte[1 + random.nextInt(64)];
        random.nextBytes(noise);
        return noise;
    }

    private static byte[] without(byte[] bytes, int at, int length) {
        return Golden.join(Arrays.copyOf(bytes, at), rest(bytes, Math.min(bytes.length, at + length)));
    }

    private static byte[] rest(byte[] bytes, int from) {
        return Arrays.copyOfRange(bytes, from, bytes.length);
    }

    private static void registered(EmbeddedChannel channel) {
        try {
            channel.register();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void write(EmbeddedChannel channel, UnpooledByteBufAllocator allocator, byte[] bytes) {
        if (channel.isActive()) {
            ByteBuf buffer = allocator.directBuffer(Math.max(1, bytes.length)).writeBytes(bytes);
            channel.writeInbound(buffer);
        }
    }
}
