package dev.gradwatch.collector.analysis.log;

import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.LogMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code out_of_memory}, of the GPU or of the host, and {@code gpu_shared_by_ranks}. */
final class MemoryLogDetector implements LogDetector {
    private static final Pattern SIZE = Pattern.compile("([\\d.]+) (bytes|[KMGT]iB)");
    private static final Pattern OTHER_PROCESS = Pattern.compile("Process (\\d+) has ([\\d.]+ \\w+) memory in use");
    private static final Pattern RESERVED = Pattern.compile("([\\d.]+ \\w+) is reserved by PyTorch but unallocated");

    /** Memory that is reserved and not used is worth a word from this share of the GPU on. */
    private static final double MUCH_RESERVED = 0.1;

    @Override
    public List<Finding> detect(LogView view) {
        List<Finding> findings = new ArrayList<>();
        List<LogMessage> shared = view.of("nccl.dup_gpu");
        if (!shared.isEmpty()) {
            findings.add(shared(view, shared));
        }
        List<LogMessage> all = view.of("cuda.oom");
        List<LogMessage> host = all.stream().filter(MemoryLogDetector::isHost).toList();
        List<LogMessage> gpu = all.stream().filter(message -> !isHost(message)).toList();
        if (!gpu.isEmpty()) {
            findings.add(gpu(view, gpu));
        }
        if (!host.isEmpty()) {
            findings.add(host(view, host));
        }
        return findings;
    }

    private static boolean isHost(LogMessage message) {
        return message.text().contains("DefaultCPUAllocator") || message.text().contains("DataLoader worker");
    }

    private static Finding gpu(LogView view, List<LogMessage> messages) {
        LogMessage first = messages.stream()
                .filter(message -> !message.field("size").isEmpty())
                .findFirst()
                .orElse(messages.get(0));
        List<LogMessage> proof = new ArrayList<>(List.of(first));
        messages.stream().filter(message -> !message.equals(first)).forEach(proof::add);
        LogDraft draft = new LogDraft(view, Cause.OUT_OF_MEMORY, proof);
        String gpu = first.field("gpu");
        draft.title("GPU " + (gpu.isEmpty() ? "memory" : gpu) + " ran out" + (gpu.isEmpty() ? "" : " of memory")
                + (draft.ranks().isEmpty() ? "" : " " + draft.onRanks())
                + (first.field("size").isEmpty()
                        ? ""
                        : ": " + first.field("size") + " more were asked for"
                                + (first.field("free").isEmpty() ? "" : ", " + first.field("free") + " were free")
                                + (first.field("total").isEmpty() ? "" : " of " + first.field("total"))));
        Matcher other = OTHER_PROCESS.matcher(first.text());
        boolean others = other.find();
        String place = view.placeOf(first);
        draft.detail((place.isEmpty() ? "" : "It was raised at " + place + ". ")
                + (others
                        ? "Another process, " + other.group(1) + ", holds " + other.group(2) + " on the same GPU. "
                        : "")
                + (gpu.isEmpty() ? "" : "The number counts the GPUs that CUDA_VISIBLE_DEVICES leaves."));
        if (others) {
            draft.advise(
                    Action.ONE_RANK_PER_GPU,
                    "Free the GPU first: a second rank that never called set_device, or a process of an earlier run, sits on it.",
                    "torch.cuda.set_device(int(os.environ[\"LOCAL_RANK\"]))   # before anything touches CUDA");
        }
        draft.advise(
                Action.REDUCE_GPU_MEMORY,
                "A smaller batch or patch, mixed precision or activation checkpointing.",
                null);
        Matcher reserved = RESERVED.matcher(first.text());
        if (reserved.find() && bytes(reserved.group(1)) > MUCH_RESERVED * bytes(first.field("total"))) {
            draft.advise(
                    Action.SET_ALLOCATOR_OPTIONS,
                    reserved.group(1) + " are reserved and not used: memory is fragmented.",
                    "export PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True");
        } else {
            draft.avoid(
                    Action.SET_ALLOCATOR_OPTIONS,
                    "Little is reserved and unused, so fragmentation is not what is missing.");
        }
        return draft.finding();
    }

    /** 0 where the text is no size. */
    static double bytes(String size) {
        Matcher matcher = SIZE.matcher(size);
        if (!matcher.find()) {
            return 0;
        }
        double number = Double.parseDouble(matcher.group(1));
        return switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
            case "kib" -> number * 1024;
            case "mib" -> number * 1024 * 1024;
            case "gib" -> number * 1024 * 1024 * 1024;
            case "tib" -> number * 1024 * 1024 * 1024 * 1024;
            default -> number;
        };
    }

    private static Finding host(LogView view, List<LogMessage> messages) {
        LogDraft draft = new LogDraft(view, Cause.OUT_OF_MEMORY, messages).about("host");
        draft.title("the machine ran out of memory" + (draft.ranks().isEmpty() ? "" : ", " + draft.onRanks()));
        draft.detail("It is the host's memory or its /dev/shm, not the GPU's.");
        draft.advise(
                Action.REDUCE_HOST_MEMORY,
                "Fewer DataLoader workers or a smaller cache; in a container, more shared memory.",
                "docker run --shm-size=16g ...   # or --ipc=host");
        return draft.finding();
    }

    private static Finding shared(LogView view, List<LogMessage> messages) {
        LogMessage first = messages.get(0);
        LogDraft draft = new LogDraft(view, Cause.GPU_SHARED_BY_RANKS, messages);
        draft.title("ranks " + first.field("rank_a") + " and " + first.field("rank_b") + " share one GPU"
                + (first.field("bus").isEmpty() ? "" : ", " + first.field("bus")));
        draft.detail("NCCL refuses two ranks on one device.");
        draft.advise(
                Action.ONE_RANK_PER_GPU,
                "Each process must choose its own GPU before it touches CUDA.",
                "torch.cuda.set_device(int(os.environ[\"LOCAL_RANK\"]))");
        return draft.finding();
    }
}
