package dev.gradwatch.collector.model;

import java.util.List;

/** GPUs for the tests of what shows them. */
public final class SampleGpus {
    public static final long GIBIBYTE = 1L << 30;
    public static final long MEBIBYTE = 1L << 20;
    public static final String UUID = "GPU-8a56b0f0-0000-0000-0000-000000000000";
    public static final String HOST = "node1";
    public static final long MICROS = 1_767_225_600_000_000L;

    public static final GpuDriver DRIVER = new GpuDriver(GpuDriver.State.OK, "550.54.15", "12.550.54.15", "");
    public static final GpuDriver NONE = new GpuDriver(
            GpuDriver.State.NO_LIBRARY, null, null, "no NVML library on this machine: it comes with NVIDIA's driver");

    /** All that a driver may say; too hot, and with a rank and a desktop on it. */
    public static Gpu full() {
        return new Gpu(
                0,
                UUID,
                null,
                "00000000:3B:00.0",
                "NVIDIA H100 80GB HBM3",
                Gpu.State.OK,
                new Gpu.Memory(80 * GIBIBYTE, 61 * GIBIBYTE + 256 * MEBIBYTE, 500 * MEBIBYTE),
                97,
                41,
                71,
                612.25,
                700.0,
                new Gpu.Clocks(1_410, 2_619, 1_980, 2_619),
                Gpu.SW_POWER_CAP | Gpu.HW_THERMAL_SLOWDOWN,
                new Gpu.Errors(12L, 0L, false),
                new Gpu.Links(5, 16, 5, 16, 120_000, 80_000, 18),
                List.of(
                        process(991, "Xorg", 120 * MEBIBYTE, null, null),
                        process(4054, "python train.py", 60 * GIBIBYTE + 900 * MEBIBYTE, 0, "train-7f")));
    }

    /** Nothing but what tells it apart. */
    public static Gpu bare(int index, Gpu.State state) {
        return new Gpu(
                index,
                "GPU-" + index,
                null,
                null,
                "NVIDIA T4",
                state,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                List.of());
    }

    /** The parts of a GPU are of its own memory, and the driver does not say how busy they are. */
    public static Gpu instance(int gpuInstance) {
        return new Gpu(
                0,
                "MIG-" + gpuInstance,
                new Gpu.Mig(UUID, gpuInstance, 0),
                null,
                "NVIDIA H100 80GB HBM3 MIG 1g.10gb",
                Gpu.State.OK,
                new Gpu.Memory(9 * GIBIBYTE + 768 * MEBIBYTE, 12 * MEBIBYTE, null),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                List.of());
    }

    public static GpuProcess process(long pid, String name, Long usedBytes, Integer rank, String job) {
        return new GpuProcess(pid, List.of(pid), List.of(), name, false, usedBytes, null, rank, job);
    }

    public static GpuReading reading(Gpu... gpus) {
        return new GpuReading(HOST, MICROS, DRIVER, List.of(gpus));
    }

    public static GpuReading noDriver() {
        return new GpuReading(HOST, MICROS, NONE, List.of());
    }

    /** A rank's GPU, half of it in use. */
    public static GpuSample sample(String host, String uuid, Integer gpuPercent, GpuSample.Tenant... tenants) {
        return new GpuSample(
                host,
                uuid,
                2,
                "NVIDIA A100-SXM4-40GB",
                Gpu.State.OK,
                40 * GIBIBYTE,
                20 * GIBIBYTE,
                19 * GIBIBYTE,
                0L,
                gpuPercent,
                30,
                55,
                250.5,
                400.0,
                0L,
                0L,
                false,
                List.of(tenants));
    }

    private SampleGpus() {}
}
