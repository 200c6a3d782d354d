package dev.gradwatch.collector.analysis.gpu;

import dev.gradwatch.collector.analysis.advice.Wording;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Gpu;
import dev.gradwatch.collector.model.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** {@code gpu_errors}: a GPU is lost, its memory had errors, or waits to be repaired. What was so stays told after the rank's end, which it may explain. */
final class GpuErrorsDetector implements GpuDetector {
    @Override
    public List<Finding> detect(GpuView view) {
        List<Finding> findings = new ArrayList<>();
        List<RankGpu> lost = view.those(gpu -> gpu.sample().state() == Gpu.State.LOST);
        if (!lost.isEmpty()) {
            findings.add(lost(view, lost));
        }
        List<RankGpu> failing = view.those(gpu -> newErrors(gpu) > 0);
        if (!failing.isEmpty()) {
            findings.add(failing(view, failing));
        }
        List<RankGpu> pending = view.those(gpu -> gpu.sample().pendingRetirement());
        if (!pending.isEmpty()) {
            findings.add(pending(view, pending));
        }
        return findings;
    }

    private static long newErrors(RankGpu gpu) {
        Long errors = gpu.sample().eccUncorrected();
        return errors == null
                ? 0
                : errors - Objects.requireNonNullElse(gpu.history().firstUncorrected(), errors);
    }

    private static Finding lost(GpuView view, List<RankGpu> lost) {
        GpuDraft draft = new GpuDraft(view, Cause.GPU_ERRORS, "lost", Severity.ERROR, lost);
        draft.title(draft.whose() + " fell off the bus");
        draft.detail(
                "The driver says that " + (lost.size() == 1 ? "it is" : "they are") + " lost: GPU "
                        + lost.get(0).sample().index() + " of "
                        + lost.get(0).sample().host()
                        + ". What was computed there is gone, and the other ranks wait for it. The kernel's log has the driver's reason, an Xid.");
        drain(draft, lost.get(0), "It needs a reset or a reboot; where it comes again, a technician.");
        draft.avoid(Action.FIX_THE_EXCEPTION, "Whatever CUDA error the job prints follows from this.");
        return draft.finding();
    }

    private static Finding failing(GpuView view, List<RankGpu> failing) {
        long errors = failing.stream().mapToLong(GpuErrorsDetector::newErrors).sum();
        GpuDraft draft = new GpuDraft(view, Cause.GPU_ERRORS, "ecc", Severity.ERROR, failing);
        draft.title("the memory of " + draft.whose() + " had " + Wording.count(errors, "ECC error")
                + " that could not be corrected");
        draft.detail(
                "They came since the rank was first watched. CUDA ends a process that reads such memory; what another read of it was wrong.");
        drain(draft, failing.get(0), "Start again from the last checkpoint before it, on another GPU.");
        return draft.finding();
    }

    private static Finding pending(GpuView view, List<RankGpu> pending) {
        GpuDraft draft = new GpuDraft(view, Cause.GPU_ERRORS, "retirement", Severity.WARNING, pending);
        draft.title("memory of " + draft.whose() + " waits to be taken out of use");
        draft.detail(
                "The driver found bad memory. It is remapped or retired when the GPU is reset, and in use until then.");
        drain(draft, pending.get(0), "Reset the GPU when the job is done.");
        return draft.finding();
    }

    private static void drain(GpuDraft draft, RankGpu gpu, String why) {
        draft.advise(
                Action.REPAIR_THE_GPU,
                why,
                "dmesg | grep -i xid   # on " + gpu.sample().host() + "\nnvidia-smi -i "
                        + gpu.sample().index() + " -q -d ECC,PAGE_RETIREMENT,ROW_REMAPPER");
    }
}
