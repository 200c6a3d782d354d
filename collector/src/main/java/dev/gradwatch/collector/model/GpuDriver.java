package dev.gradwatch.collector.model;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How NVIDIA's driver stands on a machine. That there is none is a state like any other.
 *
 * @param version such as {@code 550.54.15}; null where not known
 * @param nvml the library's version, such as {@code 12.550.54.15}; null where not known
 * @param hint one sentence: what is, and what to do; empty where all is well
 */
public record GpuDriver(
        State state, @Nullable String version, @Nullable String nvml, String hint) {
    public enum State {
        OK,
        /** Nobody looked yet, or was asked not to. */
        OFF,
        /** No NVML library here, as on a machine without an NVIDIA GPU. */
        NO_LIBRARY,
        /** The library is there, and its kernel driver is not loaded. */
        NO_DRIVER,
        /** The library and the kernel driver are of different versions: the driver was updated and not loaded again. */
        VERSION_MISMATCH,
        NO_PERMISSION,
        /** Another error, which the hint names. */
        FAILED;

        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public static final GpuDriver OFF = new GpuDriver(State.OFF, null, null, "GPUs are not watched here");
}
