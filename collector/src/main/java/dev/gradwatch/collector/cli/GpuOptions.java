package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.model.GpuThresholds;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Whether and how this machine's GPUs are watched, and from when on what they do is told. */
final class GpuOptions {
    private static final double MIN_SECONDS = 0.1;
    private static final double MAX_SECONDS = 3_600;
    private static final int MAX_SUSTAINED = 86_400;
    private static final int MAX_HOURS = 168;
    private static final double NANOS = 1e9;

    @Mixin
    NvmlOptions nvml = new NvmlOptions();

    @Option(names = "--no-gpu", description = "Do not look at this machine's GPUs.")
    boolean noGpu;

    @Option(
            names = "--gpu-interval",
            paramLabel = "SECONDS",
            defaultValue = "1",
            description = "How often GPUs are looked at, 0.1-3600 (${DEFAULT-VALUE}).")
    private double interval = 1;

    @Option(
            names = "--gpu-idle",
            paramLabel = "PERCENT",
            defaultValue = "30",
            description = "Warn of a GPU that is used less than this while steps run (${DEFAULT-VALUE}).")
    private int idle = GpuThresholds.DEFAULTS.idlePercent();

    @Option(
            names = "--gpu-saturated",
            paramLabel = "PERCENT",
            defaultValue = "95",
            description = "Say that a GPU is the limit which is used more than this (${DEFAULT-VALUE}).")
    private int saturated = GpuThresholds.DEFAULTS.saturatedPercent();

    @Option(
            names = "--gpu-sustained",
            paramLabel = "SECONDS",
            defaultValue = "120",
            description = "For how long, before either is said (${DEFAULT-VALUE}).")
    private int sustained = GpuThresholds.DEFAULTS.sustainedSeconds();

    @Option(
            names = "--gpu-full",
            paramLabel = "PERCENT",
            defaultValue = "95",
            description = "Warn of memory that is used more than this and grows (${DEFAULT-VALUE}).")
    private int full = GpuThresholds.DEFAULTS.fullPercent();

    @Option(
            names = "--gpu-growth",
            paramLabel = "PERCENT",
            defaultValue = "5",
            description = "Warn of memory that grew by this much of the total … (${DEFAULT-VALUE})")
    private int growth = GpuThresholds.DEFAULTS.growthPercent();

    @Option(
            names = "--gpu-growth-hours",
            paramLabel = "HOURS",
            defaultValue = "2",
            description = "… in this time (${DEFAULT-VALUE}).")
    private int growthHours = GpuThresholds.DEFAULTS.growthHours();

    @Option(
            names = "--gpu-taken",
            paramLabel = "SIZE",
            defaultValue = "500000000",
            description = "Warn where others use more memory than this, such as 500M or 2G (${DEFAULT-VALUE}).")
    private String taken = Long.toString(GpuThresholds.DEFAULTS.takenBytes());

    @Option(
            names = "--gpu-unequal",
            paramLabel = "PERCENT",
            defaultValue = "25",
            description = "Tell of ranks whose memory differs by more than this (${DEFAULT-VALUE}).")
    private int unequal = GpuThresholds.DEFAULTS.unequalPercent();

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    /** @throws ParameterException where a value is none that it may be */
    Chosen chosen() {
        return new Chosen(!noGpu, nvml.library(), interval(), thresholds());
    }

    /**
     * What was chosen.
     *
     * @param library as {@link NvmlOptions#library}
     * @param interval between two looks
     */
    record Chosen(boolean watched, @Nullable String library, Duration interval, GpuThresholds thresholds) {}

    /** Between two looks. */
    Duration interval() {
        if (!(interval >= MIN_SECONDS && interval <= MAX_SECONDS)) {
            throw wrong("gpu-interval", Double.toString(interval), "0.1-3600 seconds");
        }
        return Duration.ofNanos((long) (interval * NANOS));
    }

    GpuThresholds thresholds() {
        percent("gpu-idle", idle);
        percent("gpu-saturated", saturated);
        if (idle >= saturated) {
            throw wrong("gpu-idle", Integer.toString(idle), "less than gpu-saturated, which is " + saturated);
        }
        within("gpu-sustained", sustained, 1, MAX_SUSTAINED, " seconds");
        percent("gpu-full", full);
        percent("gpu-growth", growth);
        within("gpu-growth-hours", growthHours, 1, MAX_HOURS, " hours");
        Long bytes = ByteSize.parse(taken);
        if (bytes == null) {
            throw wrong("gpu-taken", taken, "such as 500M or 2G");
        }
        percent("gpu-unequal", unequal);
        return new GpuThresholds(
                idle,
                saturated,
                sustained,
                GpuThresholds.DEFAULTS.startUpSeconds(),
                full,
                growthHours,
                growth,
                bytes,
                unequal);
    }

    private void percent(String option, int value) {
        within(option, value, 1, 100, " percent");
    }

    private void within(String option, int value, int min, int max, String unit) {
        if (value < min || value > max) {
            throw wrong(option, Integer.toString(value), min + "-" + max + unit);
        }
    }

    private ParameterException wrong(String option, String value, String expected) {
        return new ParameterException(spec.commandLine(), option + ": " + value + " (expected: " + expected + ")");
    }
}
