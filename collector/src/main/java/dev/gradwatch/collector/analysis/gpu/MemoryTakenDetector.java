package dev.gradwatch.collector.analysis.gpu;

import dev.gradwatch.collector.analysis.advice.Wording;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.GpuPast.Tenancy;
import dev.gradwatch.collector.model.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code gpu_memory_taken}: processes that are none of the job's hold memory of its GPUs. One finding a process, for as long as it is there. */
final class MemoryTakenDetector implements GpuDetector {
    /** Findings at most, of the processes that hold most. */
    static final int MAX_PROCESSES = 16;

    /** What came after the rank must be there for so long: many a look at a GPU is over at once. */
    private static final long STAYS_MICROS = 10_000_000;

    private record Hold(RankGpu gpu, Tenancy tenancy) {}

    @Override
    public List<Finding> detect(GpuView view) {
        Map<String, List<Hold>> byProcess = new LinkedHashMap<>();
        List<RankGpu> byOthers = new ArrayList<>();
        for (RankGpu gpu : view.those(RankGpu::live)) {
            boolean named = false;
            for (Tenancy tenancy : gpu.history().tenancies()) {
                if (isLarge(view, gpu, tenancy)) {
                    named = true;
                    byProcess
                            .computeIfAbsent(gpu.sample().host() + "." + tenancy.pid(), id -> new ArrayList<>())
                            .add(new Hold(gpu, tenancy));
                }
            }
            if (!named && othersBytes(view, gpu) > 0) {
                byOthers.add(gpu);
            }
        }
        List<Finding> findings = new ArrayList<>();
        byProcess.entrySet().stream()
                .sorted(Comparator.comparing(entry -> -bytes(entry.getValue())))
                .limit(MAX_PROCESSES)
                .forEach(entry -> findings.add(byProcess(view, entry.getKey(), entry.getValue())));
        if (!byOthers.isEmpty()) {
            findings.add(byOthers(view, byOthers));
        }
        return findings;
    }

    private static double bytes(List<Hold> holds) {
        return holds.stream().mapToDouble(hold -> hold.tenancy().usedBytes()).sum();
    }

    private static boolean isLarge(GpuView view, RankGpu gpu, Tenancy tenancy) {
        return tenancy.rank() == null
                && isSettled(gpu, tenancy)
                && tenancy.mostBytes() > view.thresholds().takenBytes()
                && 2 * tenancy.usedBytes() > view.thresholds().takenBytes();
    }

    private static boolean isSettled(RankGpu gpu, Tenancy tenancy) {
        return wasBefore(gpu, tenancy) || tenancy.seenMicros() - tenancy.sinceMicros() >= STAYS_MICROS;
    }

    private static boolean wasBefore(RankGpu gpu, Tenancy tenancy) {
        return tenancy.sinceMicros() == gpu.history().uuidMicros();
    }

    /** What others hold together, where none of them holds much or the driver does not say who does; 0 where it is little. */
    private static double othersBytes(GpuView view, RankGpu gpu) {
        double most = 0;
        double now = 0;
        boolean known = false;
        for (Tenancy tenancy : gpu.history().tenancies()) {
            if (!Double.isNaN(tenancy.usedBytes())) {
                known = true;
                if (tenancy.rank() == null && isSettled(gpu, tenancy)) {
                    most += tenancy.mostBytes();
                    now += tenancy.usedBytes();
                }
            }
        }
        Long before = gpu.sample().beforeBytes();
        if (!known && before != null) {
            most = before;
            double others = gpu.usedBytes() - gpu.ownBytes();
            now = Double.isNaN(others) ? before : Math.min(before, others);
        }
        long limit = view.thresholds().takenBytes();
        return most > limit && 2 * now > (known ? limit : most) ? now : 0;
    }

    private static Finding byProcess(GpuView view, String id, List<Hold> holds) {
        Tenancy tenancy = holds.get(0).tenancy();
        GpuDraft draft = new GpuDraft(
                view,
                Cause.GPU_MEMORY_TAKEN,
                id,
                Severity.WARNING,
                holds.stream().map(Hold::gpu).toList());
        boolean before = holds.stream().anyMatch(hold -> wasBefore(hold.gpu(), hold.tenancy()));
        draft.title(GpuWords.process(tenancy.name(), tenancy.pid()) + " holds " + GpuWords.bytes(bytes(holds)) + " of "
                + draft.whose() + (before ? since(holds.get(0).gpu()) : ", and came while the job ran"));
        draft.detail("It is no process of this job, as far as is known, on "
                + holds.get(0).gpu().sample().host()
                + ". What it holds the job cannot have, and what it computes makes the job slower.");
        free(
                draft,
                "nvidia-smi -i " + holds.get(0).gpu().sample().index()
                        + "   # then, where it is yours and not needed: kill " + tenancy.pid());
        return draft.finding();
    }

    private static Finding byOthers(GpuView view, List<RankGpu> gpus) {
        double most = 0;
        RankGpu largest = gpus.get(0);
        for (RankGpu gpu : gpus) {
            double bytes = othersBytes(view, gpu);
            if (bytes > most) {
                most = bytes;
                largest = gpu;
            }
        }
        List<String> names = largest.history().tenancies().stream()
                .filter(tenancy -> tenancy.rank() == null)
                .map(tenancy -> GpuWords.process(tenancy.name(), tenancy.pid()))
                .toList();
        GpuDraft draft = new GpuDraft(view, Cause.GPU_MEMORY_TAKEN, "others", Severity.WARNING, gpus);
        draft.title("other processes hold " + GpuWords.bytes(most) + " of rank " + largest.rank() + "'s GPU"
                + (gpus.size() == 1 ? "" : ", and of " + (gpus.size() - 1) + " more GPUs likewise")
                + (names.isEmpty() ? since(largest) : ""));
        draft.detail((names.isEmpty() ? "Which ones the driver does not say" : "They are " + Wording.list(names))
                + ", on " + largest.sample().host() + ". What they hold the job cannot have.");
        free(draft, "nvidia-smi -i " + largest.sample().index());
        return draft.finding();
    }

    private static String since(RankGpu gpu) {
        return gpu.history().watchedFromTheStart()
                ? " since before the job started"
                : " since before it was first looked at";
    }

    private static void free(GpuDraft draft, String snippet) {
        draft.advise(
                Action.FREE_THE_GPU,
                "End it where it is left over from an earlier run, or give the job GPUs of its own.",
                snippet);
        draft.avoid(Action.REDUCE_GPU_MEMORY, "The job would do with less only because somebody else sits there.");
        draft.avoid(Action.EMPTY_CACHE, "It cannot give back what another process holds.");
    }
}
