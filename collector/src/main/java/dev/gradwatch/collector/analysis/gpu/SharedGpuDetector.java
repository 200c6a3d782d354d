package dev.gradwatch.collector.analysis.gpu;

import dev.gradwatch.collector.analysis.advice.Wording;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code gpu_shared_by_ranks}: two ranks compute on one GPU, or one MIG instance. */
final class SharedGpuDetector implements GpuDetector {
    /** A rank may be taken for one on another GPU until it has chosen its own. */
    static final long SETTLES_MICROS = 10_000_000;

    @Override
    public List<Finding> detect(GpuView view) {
        Map<String, List<RankGpu>> byGpu = new LinkedHashMap<>();
        for (RankGpu gpu : view.those(RankGpu::live)) {
            if (gpu.micros() - gpu.history().uuidMicros() >= SETTLES_MICROS) {
                byGpu.computeIfAbsent(gpu.sample().host() + " " + gpu.sample().uuid(), id -> new ArrayList<>())
                        .add(gpu);
            }
        }
        List<List<RankGpu>> shared =
                byGpu.values().stream().filter(ranks -> ranks.size() > 1).toList();
        return shared.isEmpty() ? List.of() : List.of(finding(view, shared));
    }

    private static Finding finding(GpuView view, List<List<RankGpu>> shared) {
        List<RankGpu> all = shared.stream()
                .flatMap(List::stream)
                .sorted(Comparator.comparing(RankGpu::rank))
                .toList();
        List<RankGpu> first = shared.get(0);
        GpuDraft draft = new GpuDraft(view, Cause.GPU_SHARED_BY_RANKS, "ranks", Severity.WARNING, all);
        draft.title(Wording.ranks(first.stream().map(RankGpu::rank).toList()) + " compute on one GPU, GPU "
                + first.get(0).sample().index() + " of " + first.get(0).sample().host()
                + (shared.size() == 1
                        ? ""
                        : ", and " + (shared.size() - 1) + " more " + (shared.size() == 2 ? "GPU is" : "GPUs are")
                                + " shared likewise"));
        draft.detail(
                "They take turns on it and share its memory, while another GPU may have nothing to do. NCCL refuses such a job; gloo does not.");
        draft.advise(
                Action.ONE_RANK_PER_GPU,
                "Each process must choose its own GPU before it touches CUDA.",
                draft.snippets().chooseGpu());
        draft.avoid(Action.REDUCE_GPU_MEMORY, "Each rank would have half a GPU all the same.");
        return draft.finding();
    }
}
