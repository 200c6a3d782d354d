package dev.gradwatch.collector.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The GPU of a rank at a moment. Whatever the driver does not say is null.
 *
 * @param host the machine that it is in
 * @param uuid of the GPU or the MIG instance
 * @param index as the driver counts
 * @param totalBytes of its memory
 * @param usedBytes by all processes
 * @param rankBytes by the rank and the processes that it started
 * @param beforeBytes used when no rank of the job was on it yet; null where nobody looked then
 * @param throttle as {@link Gpu#throttle}
 * @param eccUncorrected errors since the driver was loaded
 * @param pendingRetirement as {@link Gpu.Errors#pendingRetirement}
 * @param tenants the other processes on it, the largest first, at most {@link #MAX_TENANTS}; those that cannot be told from the rank's own are left out
 */
public record GpuSample(
        String host,
        String uuid,
        int index,
        String name,
        Gpu.State state,
        @Nullable Long totalBytes,
        @Nullable Long usedBytes,
        @Nullable Long rankBytes,
        @Nullable Long beforeBytes,
        @Nullable Integer gpuPercent,
        @Nullable Integer memoryPercent,
        @Nullable Integer temperatureCelsius,
        @Nullable Double powerWatts,
        @Nullable Double powerLimitWatts,
        @Nullable Long throttle,
        @Nullable Long eccUncorrected,
        boolean pendingRetirement,
        List<Tenant> tenants) {
    public static final int MAX_TENANTS = 16;

    public GpuSample {
        tenants = List.copyOf(tenants);
    }

    /**
     * A process on the GPU that is not the rank's own.
     *
     * @param name as {@link GpuProcess#name}
     * @param usedBytes null where the driver does not say
     * @param rank of the same job; null where it is none of its ranks
     */
    public record Tenant(
            long pid,
            String name,
            @Nullable Long usedBytes,
            @Nullable Integer rank) {}
}
