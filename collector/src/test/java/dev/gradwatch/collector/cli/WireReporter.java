package dev.gradwatch.collector.cli;

import dev.gradwatch.wire.FrameBuffer;
import dev.gradwatch.wire.Goodbye;
import dev.gradwatch.wire.Hello;
import dev.gradwatch.wire.Manifest;
import dev.gradwatch.wire.Message;
import dev.gradwatch.wire.Progress;
import dev.gradwatch.wire.Step;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A rank of a small job, over a real connection: a model of two tensors of which the second never gets a gradient. */
final class WireReporter implements AutoCloseable {
    static final int END = -1;

    private final Socket socket;
    private long passes;

    WireReporter(InetSocketAddress collector) throws IOException {
        socket = new Socket(collector.getAddress(), collector.getPort());
    }

    WireReporter hello(String job, int rank, int worldSize, @Nullable String token) throws IOException {
        send(new Hello(job, rank, worldSize, 1000 + rank)
                .group("none")
                .host("node1", rank)
                .device("cpu", null)
                .framework("torch", "2.13.0+cpu")
                .command(List.of("train.py"))
                .token(token));
        return this;
    }

    /** The kind of the next frame from the collector; {@link #END} where it hung up. */
    int answer() throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        int length;
        try {
            length = Integer.reverseBytes(in.readInt());
        } catch (EOFException e) {
            return END;
        }
        int kind = in.readUnsignedByte();
        in.readNBytes(length - 1);
        return kind;
    }

    WireReporter manifest() throws IOException {
        send(new Manifest(0, "Net", "DistributedDataParallel", 2)
                .module("", "Net")
                .module("body", "Linear")
                .module("head", "Linear")
                .parameter("body.weight", new int[] {2, 2}, "float32", true, true, 1, List.of())
                .parameter("head.weight", new int[] {2, 2}, "float32", true, true, 2, List.of())
                .ddp(true, false, true, false, 25, false));
        return this;
    }

    WireReporter steps(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            send(new Step(0, 2, 2, passes, passes, passes + 1, 1_767_225_600_000_000L + passes, 1000, new long[] {1}));
            passes++;
        }
        return this;
    }

    WireReporter goodbye() throws IOException {
        send(new Goodbye("exit", List.of(), new Progress.Cost(1, 1000, 0)));
        return this;
    }

    private void send(Message message) throws IOException {
        FrameBuffer out = new FrameBuffer();
        message.writeTo(out);
        socket.getOutputStream().write(out.toByteArray());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
