package dev.gradwatch.collector.page;

import dev.gradwatch.wire.FrameBuffer;
import dev.gradwatch.wire.Goodbye;
import dev.gradwatch.wire.Hello;
import dev.gradwatch.wire.Manifest;
import dev.gradwatch.wire.Message;
import dev.gradwatch.wire.Progress;
import dev.gradwatch.wire.Step;
import dev.gradwatch.wire.StepFlags;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/**
 * A job of many ranks and parameters, over real connections: ten tensors a block and a hundred blocks a stage. The last block never gets a gradient, the
 * one before only in every other ten passes, and a third not on odd ranks. One thread at a time; whoever starts one closes it.
 */
public final class LargeJob implements AutoCloseable {
    public static final int PARAMETERS = 10_000;
    public static final int RANKS = 64;

    private static final List<String> TENSORS = List.of("attn.qkv", "attn.proj", "mlp.fc1", "mlp.fc2", "norm");
    private static final int OF_A_BLOCK = 10;
    private static final int BLOCKS_OF_A_STAGE = 100;
    private static final int NORMS_EVERY = 10;
    private static final long STEP_NANOS = 100_000_000;
    private static final long MICROS = 1_767_225_600_000_000L;

    private final int parameters;
    private final List<Socket> sockets = new ArrayList<>();
    private long passes;

    /** Connects the ranks, and describes the model. */
    LargeJob(String host, int port, String job, int parameters, int ranks) throws IOException {
        this.parameters = parameters;
        Manifest model = model(parameters);
        for (int rank = 0; rank < ranks; rank++) {
            sockets.add(new Socket(host, port));
            Hello hello = new Hello(job, rank, ranks, 1000 + rank)
                    .group("large")
                    .host("node" + rank / 8, rank % 8)
                    .device("cuda:" + rank % 8, null)
                    .framework("torch", "2.13.0+cu130")
                    .command(List.of("train.py"));
            send(rank, hello, model);
        }
    }

    private static Manifest model(int parameters) {
        Manifest model = new Manifest(0, "LargeNet", "DistributedDataParallel", parameters).module("", "LargeNet");
        int blocks = parameters / OF_A_BLOCK;
        for (int block = 0; block < blocks; block++) {
            model.module(name(block), "Block");
        }
        for (int i = 0; i < parameters; i++) {
            String tensor = TENSORS.get(i % OF_A_BLOCK / 2) + (i % 2 == 0 ? ".weight" : ".bias");
            int block = i / OF_A_BLOCK;
            model.parameter(
                    name(block) + "." + tensor, new int[] {64, 64}, "float32", true, true, 1 + block, List.of());
        }
        return model.ddp(true, false, true, false, 25, false);
    }

    private static String name(int block) {
        return "stages." + block / BLOCKS_OF_A_STAGE + ".blocks." + block % BLOCKS_OF_A_STAGE;
    }

    /** All ranks end so many passes more. */
    public void steps(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            for (int rank = 0; rank < sockets.size(); rank++) {
                send(rank, step(rank));
            }
            passes++;
        }
        for (int rank = 0; rank < sockets.size(); rank++) {
            send(
                    rank,
                    new Progress(
                            List.of(new Progress.Model(0, passes, passes, passes, STEP_NANOS, StepFlags.FORWARD_RAN)),
                            new Progress.Cost(1, STEP_NANOS, 0)));
        }
    }

    private Step step(int rank) {
        long[] used = new long[(parameters + 63) / 64];
        float[] norms = new float[parameters];
        for (int i = 0; i < parameters; i++) {
            boolean uses = uses(i / OF_A_BLOCK, rank);
            norms[i] = uses ? 1 + i / 1000f : Step.NO_GRADIENT;
            used[i >> 6] |= uses ? 1L << i : 0;
        }
        Step step = new Step(
                0,
                StepFlags.FORWARD_RAN,
                parameters,
                passes,
                passes,
                passes + 1,
                MICROS + passes * 100_000,
                STEP_NANOS,
                used);
        return passes % NORMS_EVERY == 0 ? step.norms(norms) : step;
    }

    private boolean uses(int block, int rank) {
        int fromEnd = parameters / OF_A_BLOCK - 1 - block;
        return switch (fromEnd) {
            case 0 -> false;
            case 1 -> passes / NORMS_EVERY % 2 == 0;
            case 2 -> rank % 2 == 0;
            default -> true;
        };
    }

    /** All ranks leave in order. */
    public void end() throws IOException {
        for (int rank = 0; rank < sockets.size(); rank++) {
            send(rank, new Goodbye("exit", List.of(), new Progress.Cost(1, 1000, 0)));
        }
    }

    private void send(int rank, Message... messages) throws IOException {
        FrameBuffer frames = new FrameBuffer();
        for (Message message : messages) {
            frames.add(message);
        }
        sockets.get(rank).getOutputStream().write(frames.toByteArray());
    }

    /** Not before the collector has read all and hung up: closing with its words unread would take back what was sent. */
    @Override
    public void close() throws IOException {
        for (Socket socket : sockets) {
            socket.shutdownOutput();
        }
        for (Socket socket : sockets) {
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
            socket.close();
        }
    }
}
