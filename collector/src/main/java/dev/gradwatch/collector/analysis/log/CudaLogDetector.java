package dev.gradwatch.collector.analysis.log;

import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.LogMessage;
import java.util.ArrayList;
import java.util.List;

/** {@code cuda_error}: what the GPU or its libraries raised. The first occurrence counts; a broken context repeats it in every later call. */
final class CudaLogDetector implements LogDetector {
    @Override
    public List<Finding> detect(LogView view) {
        List<LogMessage> asserted = view.of("cuda.assert");
        List<LogMessage> all = view.of("cuda").stream()
                .filter(message -> !message.is("cuda.oom") && !message.is("cuda.incompat"))
                .toList();
        if (all.isEmpty()) {
            return List.of();
        }
        LogMessage first = asserted.isEmpty() ? all.get(0) : asserted.get(0);
        List<LogMessage> proof = new ArrayList<>(List.of(first));
        LogView.firstOfEachRank(all).stream()
                .filter(message -> !message.equals(first))
                .forEach(proof::add);
        LogDraft draft = new LogDraft(view, Cause.CUDA_ERROR, proof);
        String where = draft.ranks().isEmpty() ? "" : ", " + draft.onRanks();
        switch (first.id()) {
            case "cuda.assert" -> {
                draft.title("a CUDA kernel's assertion failed: " + first.field("condition") + where);
                draft.detail("The line that Python names is a later one; the kernel's own line is "
                        + first.field("file") + ":" + first.field("line") + ".");
                draft.advise(
                        Action.CHECK_LABELS_AND_INDICES,
                        "A label or an index is out of range: compare the labels' largest value with the number of classes, and indices with the size they index.",
                        "assert target.min() >= 0 and target.max() < num_classes, (target.min(), target.max())");
            }
            case "cuda.noimage" -> {
                draft.title("this torch has no kernels for this GPU" + where);
                draft.detail("The wheel was built for other compute capabilities.");
                draft.advise(
                        Action.INSTALL_MATCHING_TORCH,
                        "Install a torch built for this GPU's compute capability.",
                        "python -c 'import torch; print(torch.version.cuda, torch.cuda.get_arch_list(), torch.cuda.get_device_capability())'");
            }
            case "cuda.ordinal" -> {
                draft.title("a rank chose a GPU that is not there" + where);
                draft.detail("Its local rank is not below the number of GPUs that CUDA_VISIBLE_DEVICES leaves.");
                draft.advise(
                        Action.ONE_RANK_PER_GPU,
                        "Start as many processes a node as it has visible GPUs.",
                        "torchrun --nproc-per-node gpu train.py");
            }
            default -> {
                draft.title(words(first) + where);
                draft.detail(
                        "Kernels run later than the line that launches them, so the Python line in the traceback may be innocent."
                                + (view.of("nccl").isEmpty() && !first.text().contains("watchdog")
                                        ? ""
                                        : " NCCL's watchdog only reports it: the collective is not the cause."));
            }
        }
        if (!first.is("cuda.noimage") && !first.is("cuda.ordinal")) {
            draft.advise(
                    Action.RUN_WITH_LAUNCH_BLOCKING,
                    "Then the traceback names the call that failed.",
                    "CUDA_LAUNCH_BLOCKING=1 torchrun ...");
        }
        return List.of(draft.finding());
    }

    private static String words(LogMessage message) {
        String error = message.field("error_string");
        if (!error.isEmpty()) {
            return "CUDA error: " + error;
        }
        if (message.is("cuda.illegal")) {
            return "CUDA error: an illegal memory access was encountered";
        }
        String status = message.field("status");
        return status.isEmpty() ? message.text().lines().findFirst().orElse(message.id()) : "cuDNN error: " + status;
    }
}
