package dev.gradwatch.collector.analysis.gpu;

import dev.gradwatch.collector.analysis.state.GpuHistory;
import dev.gradwatch.collector.analysis.state.GpuRows;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Gpu;
import dev.gradwatch.collector.model.Severity;
import java.util.List;
import java.util.Locale;

/** {@code gpu_throttled}: heat or a power brake keeps clocks low. A power cap in software is how GPUs are run, and no reason. */
final class ThrottledDetector implements GpuDetector {
    private static final double OPENS = 0.5;
    private static final double CLOSES = 0.25;
    private static final long HEAT = Gpu.SW_THERMAL_SLOWDOWN | Gpu.HW_THERMAL_SLOWDOWN;

    @Override
    public List<Finding> detect(GpuView view) {
        int window = view.window();
        List<RankGpu> slowed = view.those(
                gpu -> gpu.trains() && Sustained.above(gpu.history().fine(), GpuHistory.SLOWED, window, OPENS, CLOSES));
        if (slowed.isEmpty()) {
            return List.of();
        }
        long reasons = 0;
        double celsius = Double.NaN;
        double watts = Double.NaN;
        for (RankGpu gpu : slowed) {
            GpuRows fine = gpu.history().fine();
            reasons |= reasons(fine, window);
            celsius = larger(celsius, Sustained.most(fine, GpuHistory.CELSIUS, window));
            watts = larger(watts, Sustained.mean(fine, GpuHistory.WATTS, window));
        }
        GpuDraft draft = new GpuDraft(view, Cause.GPU_THROTTLED, "ranks", Severity.WARNING, slowed);
        draft.title(draft.whose() + " " + (slowed.size() == 1 ? "runs" : "run") + " at lower clocks because of "
                + because(reasons) + numbers(celsius, watts));
        int all = view.those(RankGpu::trains).size();
        draft.detail("So it was for more than half of " + view.thresholds().sustainedSeconds() + " s of training."
                + (slowed.size() < all
                        ? " In data-parallel training the slowest GPU sets the pace of all " + all + "."
                        : ""));
        draft.advise(
                Action.COOL_OR_POWER_THE_GPU,
                (reasons & HEAT) != 0
                        ? "Look at fans, air flow and room temperature; a lower power limit may even be faster than slowing down by heat."
                        : "Look at the power supply and its cables, and at the machine's management log.",
                "nvidia-smi -i " + slowed.get(0).sample().index() + " -q -d PERFORMANCE,TEMPERATURE,POWER   # on "
                        + slowed.get(0).sample().host());
        draft.avoid(Action.RAISE_BATCH_SIZE, "More work for the GPU makes it no cooler.");
        return List.of(draft.finding());
    }

    /** Of what is known. */
    private static double larger(double a, double b) {
        return Double.isNaN(a) || b > a ? b : a;
    }

    private static long reasons(GpuRows fine, int window) {
        long reasons = 0;
        for (int row = Math.max(0, fine.size() - window); row < fine.size(); row++) {
            float seen = fine.value(row, GpuHistory.REASONS);
            reasons |= Float.isNaN(seen) ? 0 : (long) seen;
        }
        return reasons;
    }

    private static String because(long reasons) {
        if ((reasons & HEAT) != 0) {
            return "heat";
        }
        return (reasons & Gpu.HW_POWER_BRAKE_SLOWDOWN) != 0
                ? "the power supply's brake"
                : "a slowdown by the hardware, of heat or power";
    }

    private static String numbers(double celsius, double watts) {
        String hot = Double.isNaN(celsius) ? "" : String.format(Locale.ROOT, "%.0f °C", celsius);
        String drawn = Double.isNaN(watts) ? "" : String.format(Locale.ROOT, "%.0f W", watts);
        String both = hot + (hot.isEmpty() || drawn.isEmpty() ? "" : ", ") + drawn;
        return both.isEmpty() ? "" : ": " + both;
    }
}
