package dev.gradwatch.collector.model;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A GPU, or a MIG instance of one, at a moment. Whatever the driver does not say is null.
 *
 * @param index as the driver counts; of an instance that of its GPU
 * @param uuid such as {@code GPU-8a56b0f0-…} or {@code MIG-…}
 * @param mig null where it is a whole GPU
 * @param pciBusId such as {@code 00000000:3B:00.0}
 * @param memory null where the driver does not say
 * @param throttle why clocks are lower than they could be: the bits of NVML's {@code nvmlClocksEventReasons}
 * @param processes by pid
 */
public record Gpu(
        int index,
        String uuid,
        @Nullable Mig mig,
        @Nullable String pciBusId,
        String name,
        State state,
        @Nullable Memory memory,
        @Nullable Integer gpuPercent,
        @Nullable Integer memoryPercent,
        @Nullable Integer temperatureCelsius,
        @Nullable Double powerWatts,
        @Nullable Double powerLimitWatts,
        @Nullable Clocks clocks,
        @Nullable Long throttle,
        @Nullable Errors errors,
        @Nullable Links links,
        List<GpuProcess> processes) {
    /** The bits of {@code throttle}, as nvml.h numbers them. */
    public static final long GPU_IDLE = 0x1;

    public static final long APPLICATION_CLOCKS = 0x2;
    public static final long SW_POWER_CAP = 0x4;
    public static final long HW_SLOWDOWN = 0x8;
    public static final long SYNC_BOOST = 0x10;
    public static final long SW_THERMAL_SLOWDOWN = 0x20;
    public static final long HW_THERMAL_SLOWDOWN = 0x40;
    public static final long HW_POWER_BRAKE_SLOWDOWN = 0x80;
    public static final long DISPLAY_CLOCKS = 0x100;

    public Gpu {
        processes = List.copyOf(processes);
    }

    public Gpu with(List<GpuProcess> others) {
        return new Gpu(
                index,
                uuid,
                mig,
                pciBusId,
                name,
                state,
                memory,
                gpuPercent,
                memoryPercent,
                temperatureCelsius,
                powerWatts,
                powerLimitWatts,
                clocks,
                throttle,
                errors,
                links,
                others);
    }

    public enum State {
        OK,
        /** It fell off the bus, or needs a reset. */
        LOST,
        NO_PERMISSION,
        /** The driver answers with errors. */
        FAILED;

        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Where an instance lies: its GPU, and the numbers of the GPU instance and the compute instance. */
    public record Mig(String parentUuid, int gpuInstance, int computeInstance) {}

    /** @param reservedBytes kept by the driver, and not among the used; null where the driver counts them as used (before 510) */
    public record Memory(
            long totalBytes, long usedBytes, @Nullable Long reservedBytes) {}

    /** Megahertz. */
    public record Clocks(
            @Nullable Integer sm,
            @Nullable Integer memory,
            @Nullable Integer maxSm,
            @Nullable Integer maxMemory) {}

    /**
     * Memory errors since the driver was loaded.
     *
     * @param pendingRetirement whether memory waits for a reset to be taken out of use: page retirement or row remapping
     */
    public record Errors(
            @Nullable Long corrected,
            @Nullable Long uncorrected,
            @Nullable Boolean pendingRetirement) {}

    /**
     * How it is connected.
     *
     * @param pcieSendKilobytes a second
     * @param pcieReceiveKilobytes a second
     * @param nvlinks how many are active
     */
    public record Links(
            @Nullable Integer pcieGeneration,
            @Nullable Integer pcieWidth,
            @Nullable Integer maxPcieGeneration,
            @Nullable Integer maxPcieWidth,
            @Nullable Integer pcieSendKilobytes,
            @Nullable Integer pcieReceiveKilobytes,
            @Nullable Integer nvlinks) {}
}
