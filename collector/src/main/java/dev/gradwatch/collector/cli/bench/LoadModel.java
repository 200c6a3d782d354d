package dev.gradwatch.collector.cli.bench;

import dev.gradwatch.wire.FrameBuffer;
import dev.gradwatch.wire.Goodbye;
import dev.gradwatch.wire.Hello;
import dev.gradwatch.wire.Manifest;
import dev.gradwatch.wire.Progress;
import dev.gradwatch.wire.Step;
import dev.gradwatch.wire.StepFlags;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** What the ranks of a made-up job say: a model of so many parameters, all used but where a head is left out. Immutable. */
final class LoadModel {
    private static final int NORMS_EVERY = 10;
    private static final long STEP_NANOS = 100_000_000;

    private final int parameters;
    private final byte[] manifest;
    private final long[] all;
    private final long[] withoutHead;

    LoadModel(int parameters) {
        this.parameters = parameters;
        Manifest model = new Manifest(0, "LoadNet", "DistributedDataParallel", parameters)
                .module("", "LoadNet")
                .module("body", "Body")
                .module("head", "Head")
                .ddp(false, false, true, false, 25, false);
        all = new long[(parameters + 63) / 64];
        withoutHead = new long[all.length];
        for (int i = 0; i < parameters; i++) {
            boolean head = i >= parameters - 2;
            model.parameter(
                    head ? "head." + (i - parameters + 2) : "body.layers." + i + ".weight",
                    new int[] {64, 64},
                    "float32",
                    true,
                    true,
                    head ? 2 : 1,
                    List.of());
            all[i >> 6] |= 1L << i;
            withoutHead[i >> 6] |= head ? 0 : 1L << i;
        }
        manifest = new FrameBuffer().add(model).toByteArray();
    }

    /** Hello and manifest. */
    byte[] opening(String job, int rank, int ranks) {
        byte[] hello = new FrameBuffer()
                .add(new Hello(job, rank, ranks, 1000 + rank)
                        .group("load")
                        .host("bench", rank)
                        .device("cuda:" + rank % 8, null)
                        .framework("torch", "2.13.0+cu130")
                        .command(List.of("train.py", "--job", job)))
                .toByteArray();
        byte[] both = new byte[hello.length + manifest.length];
        System.arraycopy(hello, 0, both, 0, hello.length);
        System.arraycopy(manifest, 0, both, hello.length, manifest.length);
        return both;
    }

    /** The pass after {@code passes} others. */
    byte[] step(long passes, boolean head) {
        Step step = new Step(
                0,
                StepFlags.FORWARD_RAN,
                parameters,
                passes,
                passes,
                passes + 1,
                ChronoUnit.MICROS.between(
                        java.time.Instant.EPOCH, InstantSource.system().instant()),
                STEP_NANOS,
                (head ? all : withoutHead).clone());
        return new FrameBuffer()
                .add(passes % NORMS_EVERY == 0 ? step.norms(norms(head)) : step)
                .toByteArray();
    }

    private float[] norms(boolean head) {
        float[] norms = new float[parameters];
        for (int i = 0; i < parameters; i++) {
            norms[i] = head || i < parameters - 2 ? 1 + i / 1000f : Step.NO_GRADIENT;
        }
        return norms;
    }

    byte[] progress(long passes) {
        return new FrameBuffer()
                .add(new Progress(
                        List.of(new Progress.Model(0, passes, passes, passes, STEP_NANOS, StepFlags.FORWARD_RAN)),
                        new Progress.Cost(1, STEP_NANOS, 0)))
                .toByteArray();
    }

    byte[] goodbye() {
        return new FrameBuffer()
                .add(new Goodbye("exit", List.of(), new Progress.Cost(1, 1000, 0)))
                .toByteArray();
    }
}
