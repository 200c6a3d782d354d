package dev.gradwatch.collector.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A process on a GPU, as the driver lists it.
 *
 * @param pid as the driver says it: of the machine's first pid namespace
 * @param pids the process's numbers in each pid namespace that it is in, the outermost first, as the collector's {@code /proc} tells them; empty where the
 *     process cannot be seen there
 * @param ancestors its parent, the parent's parent, and so on, as the collector sees them; empty where it cannot
 * @param name of its program, with the script where an interpreter runs one, such as {@code python train.py}; empty where it cannot be seen
 * @param usedBytes of the GPU's memory; null where the driver does not say
 * @param gpuPercent of the latest second or so; null where the driver does not say
 * @param rank of the job below; null where it is none
 * @param job null where it is of none that is known
 */
public record GpuProcess(
        long pid,
        List<Long> pids,
        List<Long> ancestors,
        String name,
        boolean graphics,
        @Nullable Long usedBytes,
        @Nullable Integer gpuPercent,
        @Nullable Integer rank,
        @Nullable String job) {
    public GpuProcess {
        pids = List.copyOf(pids);
        ancestors = List.copyOf(ancestors);
    }

    /** Whether the collector's own machine, or container, shows it. */
    public boolean visible() {
        return !pids.isEmpty();
    }

    public GpuProcess of(@Nullable String itsJob, @Nullable Integer itsRank) {
        return new GpuProcess(pid, pids, ancestors, name, graphics, usedBytes, gpuPercent, itsRank, itsJob);
    }
}
