package dev.gradwatch.collector.analysis.gpu;

import dev.gradwatch.collector.analysis.state.GpuHistory;
import dev.gradwatch.collector.analysis.state.GpuRows;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Severity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code gpu_memory_unequal}: ranks that do the same on like GPUs need unlike memory, and the job must fit the one that needs most. */
final class MemoryUnequalDetector implements GpuDetector {
    private static final double MIN_BYTES = 1e9;

    /** How much closer they must be again for the finding to end. */
    private static final double SLACK_PERCENT = 5;

    /** @param most how much that is, and {@code least} likewise */
    private record Range(RankGpu largest, RankGpu smallest, double most, double least) {
        boolean isWider(double percent) {
            return most - least > MIN_BYTES && 100 * (most - least) > percent * most;
        }
    }

    @Override
    public List<Finding> detect(GpuView view) {
        Map<String, List<RankGpu>> alike = new LinkedHashMap<>();
        for (RankGpu gpu : view.ranks()) {
            if (gpu.trains()) {
                alike.computeIfAbsent(gpu.sample().name() + " " + gpu.sample().totalBytes(), kind -> new ArrayList<>())
                        .add(gpu);
            }
        }
        int limit = view.thresholds().unequalPercent();
        Range widest = null;
        for (List<RankGpu> gpus : alike.values()) {
            Range now = range(gpus, view.window(), 0);
            Range before = range(gpus, view.window(), view.window());
            // Until both are known it may be that not all ranks have what they need.
            if (now == null || before == null) {
                continue;
            }
            boolean holds = now.isWider(limit)
                    ? before.isWider(limit - SLACK_PERCENT)
                    : before.isWider(limit) && now.isWider(limit - SLACK_PERCENT);
            if (holds && (widest == null || now.most() - now.least() > widest.most() - widest.least())) {
                widest = now;
            }
        }
        return widest == null ? List.of() : List.of(finding(view, widest));
    }

    private static @Nullable Range range(List<RankGpu> gpus, int window, int back) {
        Range range = null;
        for (RankGpu gpu : gpus) {
            GpuRows fine = gpu.history().fine();
            double own = Sustained.mean(fine, GpuHistory.OWN, fine.size() - back - window, fine.size() - back);
            if (Double.isNaN(own)) {
                continue;
            }
            if (range == null) {
                range = new Range(gpu, gpu, own, own);
            } else if (own > range.most()) {
                range = new Range(gpu, range.smallest(), own, range.least());
            } else if (own < range.least()) {
                range = new Range(range.largest(), gpu, range.most(), own);
            }
        }
        return range == null || range.largest().rank() == range.smallest().rank() ? null : range;
    }

    private static Finding finding(GpuView view, Range range) {
        int most = range.largest().rank();
        GpuDraft draft = new GpuDraft(view, Cause.GPU_MEMORY_UNEQUAL, "ranks", Severity.INFO, List.of(range.largest()));
        draft.title("rank " + most + " uses " + GpuWords.bytes(range.most()) + " of its GPU's memory, rank "
                + range.smallest().rank() + " only " + GpuWords.bytes(range.least()));
        draft.detail(
                "Both have a GPU of the same kind, and the job must fit the rank that needs most. So it was throughout the last "
                        + 2 * view.thresholds().sustainedSeconds() + " s of training.");
        draft.advise(
                Action.LIGHTEN_THE_RANK,
                most == 0
                        ? "Rank 0 often does more than the others: it loads the checkpoint onto the GPU, evaluates, or keeps averaged weights (EMA)."
                        : "Look at what only this rank does, and at whether its samples are longer or its batches larger.",
                draft.snippets().loadToHost());
        draft.avoid(Action.REDUCE_GPU_MEMORY, "A smaller batch takes memory from all ranks, where one is the trouble.");
        return draft.finding();
    }
}
