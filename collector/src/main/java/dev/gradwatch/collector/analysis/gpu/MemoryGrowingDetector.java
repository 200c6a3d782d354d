package dev.gradwatch.collector.analysis.gpu;

import dev.gradwatch.collector.analysis.state.GpuHistory;
import dev.gradwatch.collector.analysis.state.GpuRows;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Severity;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code gpu_memory_growing}: a rank's memory grows hour by hour while it trains, until there is none left. */
final class MemoryGrowingDetector implements GpuDetector {
    /** For how many buckets after it last grew it is still told, half an hour. */
    private static final int HELD_BUCKETS = 6;

    private record Growing(RankGpu gpu, Growth growth) {}

    @Override
    public List<Finding> detect(GpuView view) {
        List<Growing> growing = new ArrayList<>();
        for (RankGpu gpu : view.ranks()) {
            Growth growth = gpu.trains() || view.diedBadly(gpu) ? growth(view, gpu) : null;
            if (growth != null) {
                growing.add(new Growing(gpu, growth));
            }
        }
        return growing.isEmpty() ? List.of() : List.of(finding(view, growing));
    }

    private static @Nullable Growth growth(GpuView view, RankGpu gpu) {
        GpuRows coarse = gpu.history().coarse();
        double total = gpu.totalBytes();
        if (coarse.size() == 0 || Double.isNaN(total)) {
            return null;
        }
        int last = coarse.size() - 1;
        int least = Float.isNaN(coarse.value(last, GpuHistory.OWN_MIN)) ? GpuHistory.USED_MIN : GpuHistory.OWN_MIN;
        int hours = view.thresholds().growthHours();
        double minBytes = total * view.thresholds().growthPercent() / 100;
        for (int held = 0; held <= HELD_BUCKETS; held++) {
            long end = coarse.micros(last) + (1 - held) * GpuHistory.COARSE_MICROS;
            Growth growth = Growth.of(coarse, least, end, hours, minBytes);
            if (growth != null) {
                return growth;
            }
        }
        return null;
    }

    private static Finding finding(GpuView view, List<Growing> growing) {
        Growing fastest = growing.get(0);
        for (Growing each : growing) {
            fastest = each.growth().bytesPerHour() > fastest.growth().bytesPerHour() ? each : fastest;
        }
        RankGpu gpu = fastest.gpu();
        double rate = fastest.growth().bytesPerHour();
        double left = (gpu.totalBytes() - gpu.usedBytes()) / rate;
        GpuDraft draft = new GpuDraft(
                view,
                Cause.GPU_MEMORY_GROWING,
                "ranks",
                Severity.WARNING,
                growing.stream().map(Growing::gpu).toList());
        boolean known = gpu.live() && !Double.isNaN(left);
        draft.title("GPU memory grows by " + GpuWords.bytes(rate) + " an hour " + draft.onRanks()
                + (known ? ", and is full in about " + GpuWords.hours(Math.max(0, left)) + " at that rate" : ""));
        draft.detail("In the last " + view.thresholds().growthHours()
                + " hours the least that was in use while training rose steadily; peaks in evaluation are not counted."
                + (Double.isNaN(gpu.ownBytes())
                        ? ""
                        : " Rank " + gpu.rank() + " itself uses " + GpuWords.bytes(gpu.ownBytes()) + " of "
                                + GpuWords.bytes(gpu.totalBytes()) + "."));
        draft.advise(
                Action.KEEP_NO_GRAPHS,
                "The usual reasons: losses summed as tensors, each with the graph of its step behind it, and lists that keep outputs or losses.",
                draft.snippets().keepNoGraphs());
        draft.advise(
                Action.RECORD_MEMORY,
                "A record of allocations says which line holds what stays.",
                draft.snippets().recordMemory());
        draft.avoid(Action.EMPTY_CACHE, "It gives back only what nothing refers to, and this is referred to.");
        draft.avoid(Action.REDUCE_GPU_MEMORY, "A smaller batch runs out as well, later.");
        return draft.finding();
    }
}
