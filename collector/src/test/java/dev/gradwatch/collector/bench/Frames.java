package dev.gradwatch.collector.bench;

import dev.gradwatch.wire.FrameBuffer;
import dev.gradwatch.wire.Hello;
import dev.gradwatch.wire.Manifest;
import dev.gradwatch.wire.Step;
import dev.gradwatch.wire.StepFlags;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The frames that one rank of a training job sends, encoded beforehand: a block of {@link #COUNT} Steps of {@link #PARAMETERS} parameters, norms in
 * every tenth, that is sent again and again with only its counters moved on. Not thread-safe.
 */
final class Frames {
    static final int PARAMETERS = 1000;
    static final int COUNT = 1000;

    private static final String JOB = "bench";
    private static final int NORMS_EVERY = 10;
    private static final int UNUSED = 37;

    /** Where a frame holds these two, from its length on. */
    private static final int BACKWARD = 5 + 16;

    private static final int WATCHED = 5 + 24;

    private final ByteBuffer block;
    private final int[] starts = new int[COUNT];
    private long backward;

    Frames() {
        FrameBuffer frames = new FrameBuffer();
        for (int i = 0; i < COUNT; i++) {
            starts[i] = frames.size();
            frames.add(step(i));
        }
        block = ByteBuffer.allocateDirect(frames.size()).order(ByteOrder.LITTLE_ENDIAN);
        block.put(frames.view()).flip();
    }

    /** What a rank says before its first Step. */
    static ByteBuffer opening(int rank, int ranks) {
        Manifest manifest = new Manifest(0, "Net", "DistributedDataParallel", PARAMETERS)
                .module("", "Net")
                .ddp(true, false, true, false, 25, false);
        for (int i = 0; i < PARAMETERS; i++) {
            manifest.parameter("layers." + i + ".weight", new int[] {64, 64}, "float32", true, true, 0, List.of());
        }
        return new FrameBuffer()
                .add(new Hello(JOB, rank, ranks, 1000 + rank))
                .add(manifest)
                .view();
    }

    /** The next block, its passes those that follow the block before. */
    ByteBuffer next() {
        for (int start : starts) {
            block.putLong(start + BACKWARD, backward);
            backward++;
            block.putLong(start + WATCHED, backward);
        }
        return block.duplicate();
    }

    private static Step step(int i) {
        long[] used = new long[(PARAMETERS + 63) / 64];
        float[] norms = new float[PARAMETERS];
        for (int parameter = 0; parameter < PARAMETERS; parameter++) {
            boolean isUsed = parameter % UNUSED != 0;
            if (isUsed) {
                used[parameter >> 6] |= 1L << parameter;
            }
            norms[parameter] = isUsed ? 1 + parameter / 1000f : Step.NO_GRADIENT;
        }
        Step step = new Step(0, StepFlags.FORWARD_RAN, PARAMETERS, 0, 0, 1, 1_795_337_991_123_456L, 10_000_000, used);
        return i % NORMS_EVERY == 0 ? step.norms(norms) : step;
    }
}
