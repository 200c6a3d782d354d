package dev.gradwatch.collector.source.gpu;

import dev.gradwatch.collector.model.GpuProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Says of a process on a GPU what {@code /proc} tells: its numbers, its parents, its program, and the rank and job that its environment names. What was
 * read is kept while the process lives and is on a GPU, so that each further reading costs one small file. For one thread at a time.
 *
 * <p><b>Pid namespaces.</b> The driver says a process's number in the namespace of whoever asks, and leaves out those that are not in it (drivers since
 * about 2021, whose kernel part looks the number up); older ones say the number of the machine's first namespace. So what can be known depends on
 * where the collector runs:
 *
 * <ul>
 *   <li>On the machine itself, or in a container with its pid namespace (Docker's {@code --pid=host}, Kubernetes' {@code hostPID}): every number is
 *       right, and {@code NSpid} of {@code /proc/PID/status} also says each process's numbers in the containers below, by which ranks there name themselves.
 *   <li>In a container of its own, or that shares one with the job ({@code shareProcessNamespace}): a number may be the machine's, and the process that
 *       has it here may be another. It is believed only where that process holds a device of NVIDIA's open, which {@code /proc/PID/fd} shows to the same user
 *       and to root. Else the process counts as not visible, and is joined to its rank by the GPU's UUID.
 * </ul>
 *
 * <p>From within a namespace nothing tells which of its processes has a given number outside.
 */
final class ProcessTable {
    /** How many parents are looked up. */
    static final int MAX_ANCESTORS = 16;

    private final Proc proc;
    private Map<Long, Known> known = new HashMap<>();
    private Map<Long, Known> asked = new HashMap<>();

    /** @param startTicks since the machine started: with the number, which process it is */
    private record Known(
            long startTicks,
            List<Long> pids,
            List<Long> ancestors,
            String name,
            @Nullable Integer rank,
            @Nullable String job) {}

    /** @param root {@code /proc}, or what stands for it */
    ProcessTable(Path root) {
        proc = new Proc(root);
    }

    GpuProcess process(long pid, boolean graphics, @Nullable Long usedBytes, @Nullable Integer gpuPercent) {
        Known it = look(pid);
        return it == null
                ? new GpuProcess(pid, List.of(), List.of(), "", graphics, usedBytes, gpuPercent, null, null)
                : new GpuProcess(
                        pid,
                        it.pids(),
                        it.ancestors(),
                        it.name(),
                        graphics,
                        usedBytes,
                        gpuPercent,
                        it.rank(),
                        it.job());
    }

    /** Ends a reading: what was not asked for in it is forgotten. */
    void turn() {
        Map<Long, Known> forgotten = known;
        known = asked;
        forgotten.clear();
        asked = forgotten;
    }

    private @Nullable Known look(long pid) {
        Long start = proc.startTicks(pid);
        if (start == null) {
            return null;
        }
        Known it = asked.getOrDefault(pid, known.get(pid));
        if (it == null || it.startTicks() != start) {
            it = read(pid, start);
        }
        asked.put(pid, it);
        return it.pids().isEmpty() ? null : it;
    }

    private Known read(long pid, long start) {
        if (!proc.isFirstNamespace() && !proc.holdsGpu(pid)) {
            return new Known(start, List.of(), List.of(), "", null, null);
        }
        Environ environ = proc.environ(pid);
        return new Known(start, proc.pids(pid), ancestors(pid), proc.name(pid), environ.rank(), environ.job());
    }

    private List<Long> ancestors(long pid) {
        List<Long> ancestors = new ArrayList<>();
        for (long parent = proc.parent(pid);
                parent > 0 && ancestors.size() < MAX_ANCESTORS && !ancestors.contains(parent);
                parent = proc.parent(parent)) {
            ancestors.add(parent);
            if (parent == 1) {
                break;
            }
        }
        return ancestors;
    }
}
