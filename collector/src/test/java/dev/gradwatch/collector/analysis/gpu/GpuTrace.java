package dev.gradwatch.collector.analysis.gpu;

import dev.gradwatch.collector.analysis.TestJob;
import dev.gradwatch.collector.model.Gpu;
import dev.gradwatch.collector.model.GpuSample;
import dev.gradwatch.collector.model.ModelProgress;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.RankInfo;
import dev.gradwatch.collector.model.WatchCost;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/**
 * A day of a training job on GPUs of 80 GB, told second by second: a start, then epochs of 20 minutes that end in an evaluation of 2 minutes and a
 * checkpoint of one. What goes wrong is added by scripts.
 */
public final class GpuTrace {
    public static final int EPOCH = 1_200;
    public static final int HOUR = 3_600;
    public static final int FIRST_STEP = 90;
    public static final long TOTAL = 80_000_000_000L;
    public static final double GB = 1e9;

    private static final long START_MICROS = 1_790_000_000_000_000L;
    private static final int TRAINED = 1_020;
    private static final int EVALUATED = 1_140;
    private static final long STEP_NANOS = 400_000_000;

    enum Phase {
        START,
        TRAINING,
        EVALUATION,
        CHECKPOINT
    }

    /** A rank's second, to be changed by a script. */
    static final class Moment {
        int second;
        int rank;
        Phase phase = Phase.START;
        boolean steps;
        String uuid = "";
        Gpu.State state = Gpu.State.OK;
        int percent;
        double own;
        double others = 0.6 * GB;
        Long before;
        int celsius;
        double watts;
        long throttle;
        long uncorrected = 2;
        boolean pending;
        List<GpuSample.Tenant> tenants = List.of();

        boolean trains() {
            return phase == Phase.TRAINING;
        }
    }

    /** What happens between two seconds. */
    record Incident(int from, int to, Consumer<Moment> change) {}

    private final int ranks;
    private final List<Incident> incidents = new ArrayList<>();
    private final Random[] noise;
    private final long[] passes;
    private final boolean[] hiccup;

    public GpuTrace(int ranks) {
        this.ranks = ranks;
        this.noise = new Random[ranks];
        this.passes = new long[ranks];
        this.hiccup = new boolean[ranks];
        for (int rank = 0; rank < ranks; rank++) {
            noise[rank] = new Random(rank + 42);
        }
    }

    public static long micros(int second) {
        return START_MICROS + second * 1_000_000L;
    }

    GpuTrace between(int from, int to, Consumer<Moment> change) {
        incidents.add(new Incident(from, to, change));
        return this;
    }

    GpuTrace between(int from, int to, int rank, Consumer<Moment> change) {
        return between(from, to, moment -> {
            if (moment.rank == rank) {
                change.accept(moment);
            }
        });
    }

    public void start(Consumer<Observation> to) {
        for (int rank = 0; rank < ranks; rank++) {
            to.accept(new Observation.RankJoined("job", micros(0), rank, info(rank)));
            to.accept(new Observation.ModelDescribed(
                    "job", micros(0), rank, TestJob.manifest(0, "Net", List.of("body"), null)));
        }
    }

    private RankInfo info(int rank) {
        return new RankInfo(
                "group",
                0,
                ranks,
                rank % 8,
                "node" + rank / 8,
                4_000 + rank,
                "cuda:" + rank % 8,
                null,
                "torch",
                "2.13.0",
                "python 3.11",
                List.of("train.py"),
                Map.of());
    }

    /** All that is observed in a second. */
    public void second(int second, Consumer<Observation> to) {
        for (int rank = 0; rank < ranks; rank++) {
            Moment moment = healthy(second, rank);
            for (Incident incident : incidents) {
                if (second >= incident.from() && second < incident.to()) {
                    incident.change().accept(moment);
                }
            }
            if (moment.steps) {
                passes[rank] += 2 + second % 2;
                to.accept(new Observation.RankProgressed(
                        "job",
                        micros(second),
                        rank,
                        List.of(new ModelProgress(0, passes[rank], passes[rank], passes[rank], STEP_NANOS, 0)),
                        WatchCost.NONE));
            }
            to.accept(new Observation.GpuSampled("job", micros(second) + 1_000L * rank, rank, sample(moment)));
        }
    }

    private Moment healthy(int second, int rank) {
        Random random = noise[rank];
        Moment moment = new Moment();
        moment.second = second;
        moment.rank = rank;
        moment.uuid = "GPU-" + rank;
        int into = second - FIRST_STEP;
        int inEpoch = Math.floorMod(into, EPOCH);
        // Every ninth epoch is evaluated for a quarter of an hour.
        int evaluated = into / EPOCH % 9 == 8 ? EVALUATED - 2 * TRAINED / 3 : EVALUATED - TRAINED;
        moment.phase = into < 0
                ? Phase.START
                : inEpoch < EVALUATED - evaluated
                        ? Phase.TRAINING
                        : inEpoch < EVALUATED ? Phase.EVALUATION : Phase.CHECKPOINT;
        moment.steps = moment.trains();
        // The loader stalls for some seconds now and then.
        hiccup[rank] = random.nextInt(hiccup[rank] ? 3 : 120) == 0 ? !hiccup[rank] : hiccup[rank];
        moment.percent = switch (moment.phase) {
            case START -> random.nextInt(10);
            case TRAINING -> hiccup[rank] ? random.nextInt(20) : 75 + random.nextInt(26);
            case EVALUATION -> random.nextInt(40);
            case CHECKPOINT -> 0;
        };
        // The allocator keeps what it once asked for: it grows in steps, until the first evaluation is over.
        double kept = into < 0 ? 1 : 30 + 2 * Math.min(4, into / 60) + (into >= TRAINED ? 6 : 0);
        moment.own = (kept + (moment.phase == Phase.CHECKPOINT ? 2 : 0) + 0.02 * random.nextDouble()) * GB;
        moment.celsius = (moment.trains() ? 68 : 50) + random.nextInt(8);
        moment.watts = moment.trains() ? 380 + random.nextInt(20) : 120;
        moment.throttle = moment.trains() ? Gpu.SW_POWER_CAP : Gpu.GPU_IDLE;
        // A blink of heat is no trouble.
        moment.throttle |= random.nextInt(50) == 0 ? Gpu.SW_THERMAL_SLOWDOWN : 0;
        return moment;
    }

    private static GpuSample sample(Moment moment) {
        double tenants = moment.tenants.stream()
                .mapToDouble(tenant -> tenant.usedBytes() == null ? 0 : tenant.usedBytes())
                .sum();
        return new GpuSample(
                "node" + moment.rank / 8,
                moment.uuid,
                moment.rank % 8,
                "NVIDIA H100 80GB HBM3",
                moment.state,
                TOTAL,
                (long) (moment.own + moment.others + tenants),
                (long) moment.own,
                moment.before,
                moment.percent,
                moment.percent / 2,
                moment.celsius,
                moment.watts,
                700.0,
                moment.throttle,
                moment.uncorrected,
                moment.pending,
                moment.tenants);
    }
}
