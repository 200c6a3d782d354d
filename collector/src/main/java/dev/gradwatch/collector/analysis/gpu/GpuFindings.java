package dev.gradwatch.collector.analysis.gpu;

import dev.gradwatch.collector.analysis.detect.JobView;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import java.util.ArrayList;
import java.util.List;

/** Asks all detectors of GPUs. */
public final class GpuFindings {
    private static final List<GpuDetector> ALL = List.of(
            new GpuErrorsDetector(),
            new SharedGpuDetector(),
            new StrayContextDetector(),
            new MemoryTakenDetector(),
            new MemoryFullDetector(),
            new MemoryGrowingDetector(),
            new MemoryUnequalDetector(),
            new ThrottledDetector(),
            new IdleDetector(),
            new SaturatedDetector());

    private GpuFindings() {}

    /**
     * What GPUs tell beyond what was found already.
     *
     * @param found all other findings; none of them changes
     */
    public static List<Finding> findings(JobView job, List<Finding> found) {
        GpuView view = GpuView.of(job);
        if (view.ranks().isEmpty()) {
            return List.of();
        }
        // NCCL's own words say it with the devices that it refused.
        boolean shared = found.stream().anyMatch(finding -> finding.cause() == Cause.GPU_SHARED_BY_RANKS)
                // DJL's ranks are devices of one process, which is on all their GPUs.
                || job.isDjl();
        List<Finding> findings = new ArrayList<>();
        for (GpuDetector detector : ALL) {
            for (Finding finding : detector.detect(view)) {
                if (!shared || finding.cause() != Cause.GPU_SHARED_BY_RANKS) {
                    findings.add(finding);
                }
            }
        }
        return findings;
    }
}
