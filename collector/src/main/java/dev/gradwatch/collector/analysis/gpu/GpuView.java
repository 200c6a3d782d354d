package dev.gradwatch.collector.analysis.gpu;

import dev.gradwatch.collector.analysis.detect.JobView;
import dev.gradwatch.collector.analysis.detect.RankEnds;
import dev.gradwatch.collector.analysis.state.GpuHistory;
import dev.gradwatch.collector.analysis.state.RankState;
import dev.gradwatch.collector.model.GpuThresholds;
import dev.gradwatch.collector.model.Observation.GpuSampled;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The GPUs of a job as they stand now. */
final class GpuView {
    /** A rank that is not looked at for so long, while others are, is not judged. */
    private static final long FRESH_MICROS = 60_000_000;

    private static final int SECONDS_A_BUCKET = (int) (GpuHistory.BUCKET_MICROS / 1_000_000);

    private final JobView job;
    private final List<RankGpu> ranks;
    private final Map<Integer, RankGpu> byRank = new HashMap<>();

    private GpuView(JobView job, List<RankGpu> ranks) {
        this.job = job;
        this.ranks = ranks;
        ranks.forEach(gpu -> byRank.put(gpu.rank(), gpu));
    }

    static GpuView of(JobView job) {
        long latest = 0;
        for (RankState rank : job.ranks().values()) {
            GpuSampled gpu = rank.gpu();
            latest = Math.max(latest, gpu == null ? 0 : gpu.micros());
        }
        List<RankGpu> ranks = new ArrayList<>();
        for (var entry : job.ranks().entrySet()) {
            RankState rank = entry.getValue();
            GpuSampled gpu = rank.gpu();
            GpuHistory history = rank.gpuHistory();
            if (gpu != null && history != null) {
                boolean live = !rank.left() && !job.hasEnded() && latest - gpu.micros() <= FRESH_MICROS;
                ranks.add(new RankGpu(entry.getKey(), rank, history, gpu.sample(), gpu.micros(), live));
            }
        }
        return new GpuView(job, ranks);
    }

    JobView job() {
        return job;
    }

    GpuThresholds thresholds() {
        return job.thresholds();
    }

    /** All ranks of which a GPU is known, by number, those that left included. */
    List<RankGpu> ranks() {
        return ranks;
    }

    List<RankGpu> those(Predicate<RankGpu> which) {
        return ranks.stream().filter(which).toList();
    }

    /** Null where its GPU is not known. */
    @Nullable
    RankGpu of(int rank) {
        return byRank.get(rank);
    }

    /** Whether the rank is gone, and not in good order: then what led to it is still worth a word. */
    boolean diedBadly(RankGpu gpu) {
        return !gpu.live() && (job.exitedBadly() || RankEnds.fatalFailure(job, gpu.state()) != null);
    }

    /** Rows of training for which something must hold. */
    int window() {
        return Math.max(2, thresholds().sustainedSeconds() / SECONDS_A_BUCKET);
    }
}
