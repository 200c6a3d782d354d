package dev.gradwatch.collector.cli.sidecar;

import dev.gradwatch.collector.model.FlagCost;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.JobReport.Model;
import dev.gradwatch.collector.model.JobReport.Rank;
import dev.gradwatch.collector.model.Manifest.DdpSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A run whose steps can be timed, to be set beside another one.
 *
 * @param flag whether {@code find_unused_parameters} was on, in one of its models at least
 * @param stepNanos the median over the ranks
 */
record FlagRun(String job, boolean flag, Setup setup, long stepNanos) {
    /** Fewer steps of a rank say too little of how long one takes. */
    static final int LEAST_STEPS = 50;

    private static final double NANOS_PER_SECOND = 1e9;

    /**
     * What else decides how long a step takes, as far as reports tell.
     *
     * @param device the kind, such as {@code cuda}
     * @param models those in DDP, by id
     */
    record Setup(int worldSize, String framework, String device, List<DdpModel> models) {}

    /** @param others its settings, as if the flag were off */
    record DdpModel(int tensors, DdpSettings others) {}

    /** Null where its steps cannot be compared with those of any other run. */
    static @Nullable FlagRun of(JobReport report) {
        boolean flag = false;
        List<DdpModel> models = new ArrayList<>();
        for (Model model : report.models()) {
            DdpSettings ddp = model.ddp();
            if (ddp != null) {
                flag |= ddp.findUnusedParameters();
                models.add(new DdpModel(model.tensors(), withoutFlag(ddp)));
            }
        }
        Set<String> devices =
                report.ranks().stream().map(rank -> kind(rank.device())).collect(Collectors.toSet());
        long[] nanos = report.ranks().stream()
                .filter(rank -> rank.steps() >= LEAST_STEPS && rank.stepNanos() > 0)
                .mapToLong(Rank::stepNanos)
                .sorted()
                .toArray();
        if (models.isEmpty() || devices.size() != 1 || nanos.length == 0) {
            return null;
        }
        String device = devices.iterator().next();
        Setup setup = new Setup(report.worldSize(), report.framework(), device, List.copyOf(models));
        return new FlagRun(report.id(), flag, setup, median(nanos));
    }

    private static DdpSettings withoutFlag(DdpSettings ddp) {
        return new DdpSettings(
                false,
                ddp.staticGraph(),
                ddp.broadcastBuffers(),
                ddp.gradientAsBucketView(),
                ddp.bucketCapMb(),
                ddp.commHook());
    }

    private static String kind(String device) {
        int colon = device.indexOf(':');
        return colon < 0 ? device : device.substring(0, colon);
    }

    private static long median(long[] sorted) {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : sorted[middle - 1] / 2 + sorted[middle] / 2;
    }

    /** Whether the two differ in the flag and in nothing else that is known. */
    boolean differsInTheFlagAlone(FlagRun other) {
        return flag != other.flag && setup.equals(other.setup);
    }

    FlagCost beside(FlagRun other) {
        FlagRun with = flag ? this : other;
        FlagRun without = flag ? other : this;
        return new FlagCost(with.job, without.job, with.seconds(), without.seconds());
    }

    private double seconds() {
        return stepNanos / NANOS_PER_SECOND;
    }
}
