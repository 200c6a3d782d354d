package dev.gradwatch.collector.source.gpu;

import org.jspecify.annotations.Nullable;

/**
 * A process as NVML lists it.
 *
 * @param usedBytes null where the driver does not say, as on Windows
 * @param gpuInstance null where it is on none, or this library does not say; so is {@code computeInstance}
 */
record Listed(
        long pid,
        @Nullable Long usedBytes,
        @Nullable Integer gpuInstance,
        @Nullable Integer computeInstance) {}
