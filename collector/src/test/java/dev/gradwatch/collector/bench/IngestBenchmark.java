package dev.gradwatch.collector.bench;

import dev.gradwatch.collector.analysis.JobState;
import dev.gradwatch.collector.model.Manifest;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.RankInfo;
import dev.gradwatch.collector.model.Step;
import dev.gradwatch.wire.FrameBuffer;
import dev.gradwatch.wire.StepFlags;
import dev.gradwatch.wire.StepReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Parameter observations a second on one core, from the bytes of Step frames through decode into the ledger of a job's state: one used bit is one
 * observation, and where norms are taken one norm is.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class IngestBenchmark {
    static final int PARAMETERS = 1_000;
    static final int FRAMES = 1_000;
    private static final int RANKS = 2;
    private static final int HEAD = 5;
    private static final int BACKWARD = HEAD + 16;
    private static final int WATCHED = HEAD + 24;

    /** How the frames are: {@code repeating} all alike, {@code unlike} no two alike, {@code norms} alike and with norms. */
    @Param({"repeating", "unlike", "norms"})
    private String kind = "repeating";

    private final StepReader reader = new StepReader();
    private final int[] starts = new int[FRAMES + 1];
    private ByteBuffer frames = ByteBuffer.allocate(0);
    private JobState state = new JobState("bench");
    private long backward;

    public static void main(String[] arguments) throws RunnerException {
        new Runner(new OptionsBuilder()
                        .include(IngestBenchmark.class.getName())
                        .forks(1)
                        .warmupIterations(3)
                        .warmupTime(org.openjdk.jmh.runner.options.TimeValue.seconds(2))
                        .measurementIterations(5)
                        .measurementTime(org.openjdk.jmh.runner.options.TimeValue.seconds(2))
                        .build())
                .run();
    }

    @Setup(Level.Trial)
    public void encode() {
        Random random = new Random(1);
        FrameBuffer buffer = new FrameBuffer();
        for (int frame = 0; frame < FRAMES; frame++) {
            starts[frame] = buffer.size();
            // The norms of a pass are alike on both ranks, as after any all-reduce.
            buffer.add(step(kind.equals("norms") ? new Random(frame / RANKS) : random));
        }
        starts[FRAMES] = buffer.size();
        frames = ByteBuffer.allocateDirect(buffer.size()).order(ByteOrder.LITTLE_ENDIAN);
        frames.put(buffer.view()).flip();
    }

    private dev.gradwatch.wire.Step step(Random random) {
        long[] used = new long[(PARAMETERS + 63) / 64];
        for (int p = 0; p < PARAMETERS; p++) {
            if (kind.equals("unlike") ? random.nextBoolean() : p % 37 != 0) {
                used[p >> 6] |= 1L << p;
            }
        }
        dev.gradwatch.wire.Step step =
                new dev.gradwatch.wire.Step(0, StepFlags.FORWARD_RAN, PARAMETERS, 0, 0, 1, 1, 10_000_000, used);
        if (!kind.equals("norms")) {
            return step;
        }
        float[] norms = new float[PARAMETERS];
        for (int p = 0; p < PARAMETERS; p++) {
            norms[p] = p % 37 != 0 ? random.nextFloat() + 0.5f : dev.gradwatch.wire.Step.NO_GRADIENT;
        }
        return step.norms(norms);
    }

    @Setup(Level.Iteration)
    public void start() {
        state = new JobState("bench");
        backward = 0;
        List<Manifest.Parameter> parameters = new ArrayList<>();
        for (int p = 0; p < PARAMETERS; p++) {
            parameters.add(new Manifest.Parameter("layers." + p, List.of(64, 64), "float32", true, true, 0, List.of()));
        }
        Manifest manifest = new Manifest(
                0,
                "Net",
                "DistributedDataParallel",
                PARAMETERS,
                PARAMETERS,
                List.of(new Manifest.Module("", "Net")),
                parameters,
                new Manifest.DdpSettings(true, false, true, false, 25, false),
                List.of());
        for (int rank = 0; rank < RANKS; rank++) {
            RankInfo info = new RankInfo(
                    "", 0, RANKS, rank, "host", rank, "cpu", null, "torch", "2", "python", List.of(), Map.of());
            state.apply(new Observation.RankJoined("bench", 1, rank, info));
            state.apply(new Observation.ModelDescribed("bench", 1, rank, manifest));
        }
    }

    @Benchmark
    @OperationsPerInvocation(FRAMES * PARAMETERS)
    public JobState observations() {
        for (int frame = 0; frame < FRAMES; frame++) {
            int start = starts[frame];
            // Two ranks take turns, so that norms are compared between them too.
            frames.putLong(start + BACKWARD, backward / RANKS);
            frames.putLong(start + WATCHED, backward / RANKS + 1);
            state.apply(decode(start, starts[frame + 1], (int) (backward % RANKS)));
            backward++;
        }
        return state;
    }

    private Observation decode(int start, int end, int rank) {
        StepReader frame = reader.wrap(frames.slice(start + HEAD, end - start - HEAD));
        return new Observation.StepReported(
                "bench",
                frame.wallMicros(),
                rank,
                new Step(
                        frame.model(),
                        frame.flags(),
                        frame.parameters(),
                        frame.step(),
                        frame.backward(),
                        frame.watched(),
                        frame.stepNanos(),
                        frame.used(),
                        frame.norms(),
                        frame.checksum(),
                        frame.loss()));
    }
}
