package dev.gradwatch.collector.analysis.gpu;

import dev.gradwatch.collector.analysis.state.GpuHistory;
import dev.gradwatch.collector.analysis.state.GpuRows;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Severity;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code gpu_memory_full}: memory is nearly used up, and the rank's own share of it still rises. One that stays full is as it should be: torch keeps what
 * it once asked for.
 */
final class MemoryFullDetector implements GpuDetector {
    /** Parts of the time looked at; each must use more than the one before, so that a step up is no rise. */
    private static final int PARTS = 4;

    /** Share of the memory by which each part must use more. */
    private static final double RISE = 0.001;

    /** Likewise over all parts, under which it is flat again. */
    private static final double FLAT = 0.002;

    private static final double SLACK_PERCENT = 2;

    @Override
    public List<Finding> detect(GpuView view) {
        List<RankGpu> full = new ArrayList<>();
        for (RankGpu gpu : view.ranks()) {
            double share = 100 * gpu.usedBytes() / gpu.totalBytes();
            if (gpu.trains() && share > view.thresholds().fullPercent() - SLACK_PERCENT && isFull(view, gpu)) {
                full.add(gpu);
            }
        }
        return full.isEmpty() ? List.of() : List.of(finding(view, full));
    }

    private static boolean isFull(GpuView view, RankGpu gpu) {
        GpuRows fine = gpu.history().fine();
        int span = 2 * view.window();
        double total = gpu.totalBytes();
        double opens = total * view.thresholds().fullPercent() / 100;
        double closes = total * (view.thresholds().fullPercent() - SLACK_PERCENT) / 100;
        boolean holds = false;
        for (int end = span; end <= fine.size(); end++) {
            double used = fine.value(end - 1, GpuHistory.USED);
            double[] parts = parts(fine, end - span, span);
            double rise = parts[PARTS - 1] - parts[0];
            holds = holds ? used >= closes && rise > FLAT * total : used >= opens && rises(parts, total);
        }
        return holds;
    }

    /** Whether each part uses more than the one before, and the rise does not come to rest. */
    private static boolean rises(double[] parts, double total) {
        for (int i = 1; i < PARTS; i++) {
            if (!(parts[i] - parts[i - 1] > RISE * total)) {
                return false;
            }
        }
        double mean = (parts[PARTS - 1] - parts[0]) / (PARTS - 1);
        return parts[PARTS - 1] - parts[PARTS - 2] > mean / 2;
    }

    private static double[] parts(GpuRows fine, int from, int span) {
        double[] parts = new double[PARTS];
        for (int i = 0; i < PARTS; i++) {
            parts[i] = Sustained.mean(fine, GpuHistory.OWN, from + i * span / PARTS, from + (i + 1) * span / PARTS);
        }
        return parts;
    }

    private static Finding finding(GpuView view, List<RankGpu> full) {
        RankGpu fullest = full.get(0);
        for (RankGpu gpu : full) {
            fullest = gpu.usedBytes() / gpu.totalBytes() > fullest.usedBytes() / fullest.totalBytes() ? gpu : fullest;
        }
        GpuRows fine = fullest.history().fine();
        int span = Math.min(fine.size(), 2 * view.window());
        double[] parts = parts(fine, fine.size() - span, span);
        double rise = parts[PARTS - 1] - parts[0];
        GpuDraft draft = new GpuDraft(view, Cause.GPU_MEMORY_FULL, "ranks", Severity.WARNING, full);
        draft.title("the memory of " + draft.whose() + " is "
                + GpuWords.percent(100 * fullest.usedBytes() / fullest.totalBytes()) + " full and still rising: "
                + GpuWords.bytes(fullest.usedBytes()) + " of " + GpuWords.bytes(fullest.totalBytes()));
        draft.detail(
                (Double.isNaN(rise) ? "It rose" : "The rank's own part rose by " + GpuWords.bytes(Math.max(0, rise)))
                        + " in the last " + 2 * view.thresholds().sustainedSeconds()
                        + " s of training. Full memory that stays as it is would be no trouble: torch keeps what it once asked for.");
        draft.advise(
                Action.REDUCE_GPU_MEMORY,
                "A smaller batch or patch, mixed precision or activation checkpointing, before it runs out.",
                null);
        draft.advise(
                Action.KEEP_NO_GRAPHS,
                "Where it goes on rising from step to step, something keeps tensors that should be gone.",
                draft.snippets().keepNoGraphs());
        draft.avoid(
                Action.EMPTY_CACHE,
                "It gives back only what nothing uses, and torch asks for it again in the next step.");
        return draft.finding();
    }
}
