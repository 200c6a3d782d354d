package dev.gradwatch.collector.analysis.gpu;

import dev.gradwatch.collector.analysis.advice.Wording;
import dev.gradwatch.collector.analysis.state.GpuHistory;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Severity;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * {@code gpu_idle}: most GPUs have little to do while the job trains, or a few have while the others are busy. NCCL's kernels wait busily: the ranks that
 * wait in an all-reduce show full use, so the idle one is the one that is waited for.
 */
final class IdleDetector implements GpuDetector {
    /** Utilisation from which on a GPU works, or waits for another. */
    private static final double BUSY_PERCENT = 60;

    /** How far a GPU must be past the limit again for the finding to end. */
    private static final double SLACK_PERCENT = 5;

    /** Share of the memory under which a larger batch surely fits. */
    private static final double ROOM = 0.7;

    @Override
    public List<Finding> detect(GpuView view) {
        int window = view.window();
        double limit = view.thresholds().idlePercent();
        List<RankGpu> judged = view.those(gpu ->
                gpu.trains() && !Double.isNaN(Sustained.mean(gpu.history().fine(), GpuHistory.PERCENT, window)));
        Map<Boolean, List<RankGpu>> byIdle = judged.stream()
                .collect(Collectors.partitioningBy(gpu -> Sustained.below(
                        gpu.history().fine(), GpuHistory.PERCENT, window, limit, limit + SLACK_PERCENT)));
        List<RankGpu> idle = byIdle.getOrDefault(true, List.of());
        List<RankGpu> others = byIdle.getOrDefault(false, List.of());
        if (idle.isEmpty()) {
            return List.of();
        } else if (2 * idle.size() > judged.size()) {
            return List.of(most(view, idle));
        }
        boolean busy = others.stream()
                .allMatch(gpu -> Sustained.above(
                        gpu.history().fine(),
                        GpuHistory.PERCENT,
                        window,
                        BUSY_PERCENT,
                        BUSY_PERCENT - 2 * SLACK_PERCENT));
        return busy ? List.of(some(view, idle, others)) : List.of();
    }

    private static Finding most(GpuView view, List<RankGpu> idle) {
        GpuDraft draft = new GpuDraft(view, Cause.GPU_IDLE, "job", Severity.WARNING, idle);
        draft.title((idle.size() == 1 ? "the GPU is busy " : "the GPUs are busy ") + busy(view, idle) + " of the time "
                + draft.onRanks() + ": training waits for something else");
        draft.detail("That is the mean of " + seconds(view)
                + " of training; start-up and evaluation are not counted. Most often the GPU waits for data, or for the CPU that starts"
                + " its kernels.");
        draft.advise(
                Action.FEED_THE_GPU,
                "Let more workers load and prefetch the data, and copy from pinned memory.",
                draft.snippets().loadFaster());
        draft.advise(
                Action.LOOK_AT_THE_CPU,
                "Where the rank stands shows what it waits for: the loader's queue, a copy, or Python itself.",
                draft.snippets().dump(idle.get(0).rank(), idle.get(0).state().info()));
        if (idle.stream().allMatch(gpu -> gpu.usedBytes() < ROOM * gpu.totalBytes())) {
            draft.advise(
                    Action.RAISE_BATCH_SIZE,
                    "At most "
                            + GpuWords.bytes(idle.stream()
                                    .mapToDouble(RankGpu::usedBytes)
                                    .max()
                                    .orElse(0))
                            + " of "
                            + GpuWords.bytes(idle.get(0).totalBytes())
                            + " are in use: a larger batch gives the GPU more to do for each start of a kernel.",
                    null);
        }
        draft.avoid(Action.ADD_GPUS, "More GPUs would wait for the same data.");
        return draft.finding();
    }

    private static Finding some(GpuView view, List<RankGpu> idle, List<RankGpu> others) {
        GpuDraft draft = new GpuDraft(view, Cause.GPU_IDLE, "ranks", Severity.WARNING, idle);
        draft.title(draft.whose() + " " + draft.is() + " idle while the others wait for "
                + (idle.size() == 1 ? "it" : "them") + ": busy " + busy(view, idle) + " of the time, the others "
                + busy(view, others));
        draft.detail(
                "NCCL's kernels wait busily, so the ranks that wait in an all-reduce show full use, and the one with little is the slow one."
                        + " All ranks go at its pace. Mean of " + seconds(view)
                        + " of training; start-up and evaluation are not counted.");
        draft.advise(
                Action.LOOK_AT_SLOW_RANK,
                "See where " + Wording.ranks(draft.ranks()) + " " + (idle.size() == 1 ? "stands" : "stand")
                        + " between two steps: data loading, storage, fewer CPU cores than its peers have, more or longer samples, or work"
                        + " that only this rank does.",
                draft.snippets().dump(idle.get(0).rank(), idle.get(0).state().info()));
        draft.advise(
                Action.FEED_THE_GPU,
                "Where it waits for its loader: more workers, and samples dealt out evenly among the ranks.",
                draft.snippets().loadFaster());
        draft.avoid(Action.ADD_GPUS, "The job goes at the pace of its slowest rank, however many others there are.");
        draft.avoid(Action.RAISE_TIMEOUT, "The others wait for it all the same.");
        return draft.finding();
    }

    private static String seconds(GpuView view) {
        return view.thresholds().sustainedSeconds() + " s";
    }

    private static String busy(GpuView view, List<RankGpu> gpus) {
        return GpuWords.percent(gpus.stream()
                .mapToDouble(gpu -> Sustained.mean(gpu.history().fine(), GpuHistory.PERCENT, view.window()))
                .average()
                .orElse(0));
    }
}
