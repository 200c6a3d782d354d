package dev.gradwatch.collector.analysis.gpu;

import dev.gradwatch.collector.analysis.state.GpuHistory;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Severity;
import java.util.List;

/** {@code gpu_saturated}: all GPUs are busy nearly all the time, so nothing else is worth making faster. */
final class SaturatedDetector implements GpuDetector {
    private static final double SLACK_PERCENT = 5;

    @Override
    public List<Finding> detect(GpuView view) {
        List<RankGpu> all = view.those(RankGpu::trains);
        double limit = view.thresholds().saturatedPercent();
        boolean saturated = !all.isEmpty()
                && all.stream()
                        .allMatch(gpu -> Sustained.above(
                                gpu.history().fine(), GpuHistory.PERCENT, view.window(), limit, limit - SLACK_PERCENT));
        if (!saturated) {
            return List.of();
        }
        double mean = all.stream()
                .mapToDouble(gpu -> Sustained.mean(gpu.history().fine(), GpuHistory.PERCENT, view.window()))
                .average()
                .orElse(0);
        GpuDraft draft = new GpuDraft(view, Cause.GPU_SATURATED, "job", Severity.INFO, all);
        draft.title((all.size() == 1 ? "the GPU is the limit: it is" : "the GPUs are the limit: they are") + " busy "
                + GpuWords.percent(mean) + " of the time " + draft.onRanks());
        draft.detail(
                "Data comes fast enough. Busy says that a kernel ran, not that it used all of the GPU; and a rank that waits for others in NCCL is"
                        + " busy too.");
        draft.advise(
                Action.SPEED_UP_COMPUTE,
                "Only less work for the GPU makes a step shorter: mixed precision, channels_last for convolutions, torch.compile.",
                draft.snippets().compute());
        draft.advise(Action.ADD_GPUS, "More GPUs share the work, as long as their all-reduce is not the limit.", null);
        draft.avoid(Action.FEED_THE_GPU, "The GPU does not wait for data.");
        return List.of(draft.finding());
    }
}
