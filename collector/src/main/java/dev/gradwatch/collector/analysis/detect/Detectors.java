package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.analysis.gpu.GpuFindings;
import dev.gradwatch.collector.analysis.log.LogFindings;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** Asks all detectors, and lets the specific cause speak alone. */
public final class Detectors {
    private static final List<Detector> ALL = List.of(
            new UnfrozenAfterWrapDetector(),
            new ForwardOutsideDetector(),
            new RankDesyncDetector(),
            new NonfiniteDetector(),
            new ReadyTwiceDetector(),
            new StaticNoSyncDetector(),
            new FrozenAfterWrapDetector(),
            new OutputNotInLossDetector(),
            new RankDivergentDetector(),
            new NeverUsedDetector(Cause.GRAPH_CUT),
            new NeverUsedDetector(Cause.NEVER_CALLED),
            new SometimesUsedDetector(Cause.INTERMITTENT),
            new SometimesUsedDetector(Cause.LATE_FIRST_USE),
            new ZeroGradientDetector(),
            new NormTrendDetector(true),
            new NormTrendDetector(false),
            new FlagNotNeededDetector());

    /** Of a model that DJL trains: no DDP is there to wait for a gradient, or to average one. */
    private static final List<Detector> DJL = List.of(
            new NonfiniteDetector(),
            new DjlNeverUsedDetector(Cause.GRAPH_CUT),
            new DjlNeverUsedDetector(Cause.NEVER_CALLED),
            new DjlSometimesUsedDetector(Cause.RANK_DIVERGENT),
            new DjlSometimesUsedDetector(Cause.INTERMITTENT),
            new DjlSometimesUsedDetector(Cause.LATE_FIRST_USE),
            new ZeroGradientDetector(),
            new NormTrendDetector(true),
            new NormTrendDetector(false));

    /** Causes that explain why ranks differ. */
    private static final Set<Cause> EXPLAIN_DESYNC = Set.of(Cause.UNFROZEN_AFTER_WRAP, Cause.FORWARD_OUTSIDE_DDP);

    private static final Comparator<Finding> WORST_FIRST = Comparator.comparing(Finding::severity)
            .reversed()
            .thenComparing(finding -> usefulness(finding.cause()))
            .thenComparing(finding -> finding.model() == null ? Integer.MAX_VALUE : finding.model())
            .thenComparing(Finding::id);

    private Detectors() {}

    /** What is true now, worst first. */
    public static List<Finding> findings(JobView job) {
        List<Finding> all = new ArrayList<>();
        for (ModelView model : job.models()) {
            all.addAll(of(model));
        }
        all.addAll(LogFindings.findings(job, job.log(), all));
        all.addAll(RankEndDetector.detect(job, all));
        // Last, so that what a GPU does changes nothing of the rest.
        all.addAll(GpuFindings.findings(job, all));
        return worstFirst(LogFindings.withPlaces(all, job.log()));
    }

    private static List<Finding> of(ModelView model) {
        List<Finding> found = new ArrayList<>();
        for (Detector detector : model.isDjl() ? DJL : ALL) {
            found.addAll(detector.detect(model));
        }
        // A pass that DDP did not finish leaves ranks apart too, and then the job dies of it: the error says more.
        boolean explained = found.stream()
                .anyMatch(finding -> EXPLAIN_DESYNC.contains(finding.cause())
                        || finding.severity() == Severity.ERROR
                        // One that ended does not explain ranks that differ since.
                        || (finding.cause() == Cause.NONFINITE_GRADIENT && finding.severity() == Severity.CRITICAL));
        if (explained) {
            found.removeIf(finding -> finding.cause() == Cause.RANK_DESYNC);
        }
        return found;
    }

    /** Loudest first; among equals the cause that says most. */
    public static List<Finding> worstFirst(List<Finding> findings) {
        return findings.stream().sorted(WORST_FIRST).toList();
    }

    /** Place of a cause among those of one severity: what a person can act on at once comes first. */
    private static int usefulness(Cause cause) {
        return switch (cause) {
            case UNFROZEN_AFTER_WRAP, FORWARD_OUTSIDE_DDP -> 0;
            case RANK_DESYNC -> 1;
            case NONFINITE_GRADIENT -> 2;
            case READY_TWICE, STATIC_GRAPH_WITH_NO_SYNC -> 3;
            case FROZEN_AFTER_WRAP -> 4;
            case OUTPUT_NOT_IN_LOSS -> 5;
            case RANK_DIVERGENT -> 6;
            case GRAPH_CUT -> 7;
            case NEVER_CALLED -> 8;
            case INTERMITTENT, LATE_FIRST_USE -> 9;
            case ZERO_GRADIENT, EXPLODING_GRADIENT, VANISHING_GRADIENT -> 10;
            case MISSING_ENVIRONMENT, DATASET_ERROR, STATE_DICT_MISMATCH, PRETRAINED_MISMATCH, MODEL_MISMATCH -> 4;
            case UNUSED_PARAMETERS -> 9;
            case OUT_OF_MEMORY, CUDA_ERROR, GPU_SHARED_BY_RANKS, COLLECTIVE_MISMATCH -> 10;
            case KNOWN_MESSAGE -> 11;
            case RANK_FAILED, RANK_KILLED -> 12;
            case COLLECTIVE_TIMEOUT -> 13;
            case CONNECTION_LOST -> 14;
            case GPU_ERRORS -> 9;
            case GPU_MEMORY_FULL, GPU_MEMORY_TAKEN, GPU_THROTTLED -> 14;
            case METRIC_JUMP, OVERFIT_GAP -> 15;
            case GPU_IDLE, GPU_MEMORY_GROWING, GPU_MEMORY_UNEQUAL -> 15;
            case FLAG_NOT_NEEDED -> 16;
            case GPU_SATURATED -> 17;
        };
    }
}
