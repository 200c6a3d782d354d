package dev.gradwatch.collector.analysis.gpu;

import dev.gradwatch.collector.analysis.advice.Wording;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.GpuPast.Tenancy;
import dev.gradwatch.collector.model.Severity;
import java.util.ArrayList;
import java.util.List;

/** {@code gpu_shared_by_ranks}, where ranks that compute on GPUs of their own hold memory on another rank's too. */
final class StrayContextDetector implements GpuDetector {
    private record Stray(RankGpu gpu, double bytes) {}

    @Override
    public List<Finding> detect(GpuView view) {
        RankGpu host = null;
        List<Stray> most = List.of();
        int places = 0;
        for (RankGpu gpu : view.those(RankGpu::live)) {
            List<Stray> strays = strays(view, gpu);
            places += strays.isEmpty() ? 0 : 1;
            if (strays.size() > most.size()) {
                host = gpu;
                most = strays;
            }
        }
        return host == null ? List.of() : List.of(finding(view, host, most, places - 1));
    }

    private static List<Stray> strays(GpuView view, RankGpu on) {
        List<Stray> strays = new ArrayList<>();
        for (Tenancy tenancy : on.history().tenancies()) {
            Integer rank = tenancy.rank();
            RankGpu own = rank == null ? null : view.of(rank);
            if (own != null
                    && own.live()
                    && !own.isOn(on)
                    && tenancy.seenMicros() - tenancy.sinceMicros() >= SharedGpuDetector.SETTLES_MICROS
                    && strays.stream().noneMatch(stray -> stray.gpu().rank() == own.rank())) {
                strays.add(new Stray(own, tenancy.usedBytes()));
            }
        }
        strays.sort((a, b) -> Integer.compare(a.gpu().rank(), b.gpu().rank()));
        return strays;
    }

    private static Finding finding(GpuView view, RankGpu host, List<Stray> strays, int more) {
        GpuDraft draft = new GpuDraft(
                view,
                Cause.GPU_SHARED_BY_RANKS,
                "context",
                Severity.WARNING,
                strays.stream().map(Stray::gpu).toList());
        double bytes = strays.stream()
                .mapToDouble(Stray::bytes)
                .filter(each -> each > 0)
                .average()
                .orElse(Double.NaN);
        String amount = Double.isNaN(bytes) ? "memory" : (strays.size() == 1 ? "" : "about ") + GpuWords.bytes(bytes);
        draft.title(
                Wording.ranks(draft.ranks()) + (strays.size() == 1 ? " holds " : " each hold ") + amount + " on rank "
                        + host.rank() + "'s GPU, beside " + (strays.size() == 1 ? "its own GPU" : "their own GPUs")
                        + (more == 0 ? "" : "; " + Wording.count(more, "other GPU") + " likewise"));
        draft.detail(
                "That is a CUDA context, or a checkpoint's tensors, on a GPU that is not theirs: something touched CUDA before the rank chose its GPU,"
                        + " or torch.load put tensors back where they were saved. Rank " + host.rank()
                        + " has so much less.");
        draft.advise(
                Action.ONE_RANK_PER_GPU,
                "Choose the GPU first, and load checkpoints onto it.",
                draft.snippets().chooseGpu() + "\n" + draft.snippets().loadToOwn());
        draft.avoid(Action.EMPTY_CACHE, "It does not end a context, and asked for on the wrong GPU it makes one.");
        return draft.finding();
    }
}
