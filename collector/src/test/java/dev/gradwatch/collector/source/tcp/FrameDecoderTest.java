package dev.gradwatch.collector.source.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.wire.FrameKind;
import dev.gradwatch.wire.Limits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FrameDecoderTest {
    private static final byte[] STREAM =
            Golden.join(Golden.frames("hello-required", "step", "unknown", "progress-empty", "gpu", "step-n1"));
    private static final List<String> FRAMES = List.of(
            "1 " + payload("hello-required"),
            "3 " + payload("step"),
            "skipped 127",
            "9 " + payload("progress-empty"),
            "11 " + payload("gpu"),
            "3 " + payload("step-n1"));

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final ReceiveBudget budget = new ReceiveBudget(Long.MAX_VALUE);
    private final Heard heard = new Heard();

    @AfterEach
    void nothingIsLeft() {
        assertThat(allocator.metric().usedDirectMemory()).isZero();
        assertThat(allocator.metric().usedHeapMemory()).isZero();
        assertThat(budget.heldBytes()).isZero();
    }

    @Test
    void stream_whole() {
        EmbeddedChannel channel = channel();
        write(channel, STREAM, 0, STREAM.length);
        channel.finishAndReleaseAll();

        assertThat(heard.events).isEqualTo(FRAMES);
    }

    @Test
    void stream_byteByByte() {
        EmbeddedChannel channel = channel();
        for (int i = 0; i < STREAM.length; i++) {
            write(channel, STREAM, i, i + 1);
        }
        channel.finishAndReleaseAll();

        assertThat(heard.events).isEqualTo(FRAMES);
    }

    @Test
    void stream_cutInTwoAtEveryByte() {
        for (int cut = 0; cut <= STREAM.length; cut++) {
            heard.events.clear();
            EmbeddedChannel channel = channel();
            write(channel, STREAM, 0, cut);
            write(channel, STREAM, cut, STREAM.length);
            channel.finishAndReleaseAll();

            assertThat(heard.events).as("cut at %s", cut).isEqualTo(FRAMES);
        }
    }

    @Test
    void stream_endingAtEveryByteIsTruncatedThere() {
        int start = 0;
        int whole = 0;
        for (int end = 1; end < STREAM.length; end++) {
            int next = start
                    + 4
                    + Integer.reverseBytes(java.nio.ByteBuffer.wrap(STREAM).getInt(start));
            if (end == next) {
                start = next;
                whole++;
            }
            heard.events.clear();
            EmbeddedChannel channel = channel();
            write(channel, STREAM, 0, end);
            channel.finishAndReleaseAll();

            assertThat(heard.events.subList(0, whole)).isEqualTo(FRAMES.subList(0, whole));
            assertThat(heard.events).hasSize(end == start ? whole : whole + 1);
            if (end > start) {
                assertThat(heard.events.get(whole)).startsWith("truncated");
            }
        }
    }

    @Test
    void length_zeroOrTooLargeEndsReading() {
        assertThat(heard(new byte[] {0, 0, 0, 0, 3})).containsExactly("lost 0");
        assertThat(heard(new byte[] {-1, -1, -1, -1, 3})).containsExactly("lost 4294967295");
        byte[] step = Golden.frame("step");
        byte[] broken = Golden.join(step, new byte[] {1, 0, 0, 1, 3}, step);
        assertThat(heard(broken)).containsExactly("3 " + payload("step"), "lost 16777217");
    }

    @Test
    void length_ofAHelloUntilWidened() {
        byte[] head = {0, 1, 1, 0, FrameKind.LEDGER};
        EmbeddedChannel narrow = new EmbeddedChannel(new FrameDecoder(heard, budget.share(() -> {})));
        narrow.config().setAllocator(allocator);
        write(narrow, head, 0, head.length);
        narrow.finishAndReleaseAll();

        assertThat(heard.events).containsExactly("lost " + 0x10100);
    }

    @Test
    void frame_growsAsItsBytesArrive() {
        EmbeddedChannel channel = channel();
        byte[] head = {0, 0, 0, 1, FrameKind.LEDGER};
        write(channel, head, 0, head.length);

        assertThat(budget.heldBytes()).isLessThan(4096);
        write(channel, new byte[100_000], 0, 100_000);
        assertThat(budget.heldBytes()).isBetween(100_000L, 300_000L);
        channel.finishAndReleaseAll();
        assertThat(heard.events).containsExactly("truncated 5 100005 of " + (Limits.MAX_FRAME_BYTES + 4));
    }

    @Test
    void kind_unknownIsNeverHeld() {
        EmbeddedChannel channel = channel();
        byte[] frame = Golden.frame(0x60, new byte[1 << 20]);
        for (int at = 0; at < frame.length; at += 1000) {
            write(channel, frame, at, Math.min(at + 1000, frame.length));
            assertThat(budget.heldBytes()).isZero();
        }
        channel.finishAndReleaseAll();

        assertThat(heard.events).containsExactly("skipped 96");
    }

    private List<String> heard(byte[] bytes) {
        heard.events.clear();
        EmbeddedChannel channel = channel();
        write(channel, bytes, 0, bytes.length);
        channel.finishAndReleaseAll();
        return heard.events;
    }

    private EmbeddedChannel channel() {
        FrameDecoder decoder = new FrameDecoder(heard, budget.share(() -> {}));
        decoder.widen();
        EmbeddedChannel channel = new EmbeddedChannel(decoder);
        channel.config().setAllocator(allocator);
        return channel;
    }

    private void write(EmbeddedChannel channel, byte[] bytes, int from, int to) {
        channel.writeInbound(allocator.directBuffer(Math.max(1, to - from)).writeBytes(bytes, from, to - from));
    }

    private static String payload(String name) {
        byte[] frame = Golden.frame(name);
        return ByteBufUtil.hexDump(Arrays.copyOfRange(frame, 5, frame.length));
    }

    private static final class Heard implements FrameListener {
        final List<String> events = new ArrayList<>();

        @Override
        public void frame(int kind, ByteBuf bytes, int index, int length) {
            events.add(kind + " " + ByteBufUtil.hexDump(bytes, index, length));
        }

        @Override
        public void endOfRead() {
            // Nothing to add up.
        }

        @Override
        public void skipped(int kind) {
            events.add("skipped " + kind);
        }

        @Override
        public void lost(long length, int mostBytes) {
            events.add("lost " + length);
        }

        @Override
        public void truncated(int kind, long bytes, long wholeBytes) {
            events.add("truncated " + kind + " " + bytes + " of " + wholeBytes);
        }
    }
}
