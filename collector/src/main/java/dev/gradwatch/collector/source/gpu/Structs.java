package dev.gradwatch.collector.source.gpu;

import static dev.gradwatch.collector.source.gpu.Layout.chars;
import static dev.gradwatch.collector.source.gpu.Layout.u32;
import static dev.gradwatch.collector.source.gpu.Layout.u64;

import java.util.List;

/** The structs of nvml.h that are used here. Their sizes and offsets are tested against those that a C compiler gives. */
final class Structs {
    /** Bytes that hold any UUID, name or version, by nvml.h's second size of each. */
    static final int TEXT_BYTES = 96;
    /** Bytes of a bus id in its older, shorter form. */
    static final int LEGACY_BUS_BYTES = 16;
    /** How many NVLinks a GPU has at most. */
    static final int MAX_NVLINKS = 18;

    /** Since NVML 9: the longer bus id stands at the end. */
    static final Layout PCI = Layout.of(
            "nvmlPciInfo_t",
            chars("busIdLegacy", LEGACY_BUS_BYTES),
            u32("domain"),
            u32("bus"),
            u32("device"),
            u32("pciDeviceId"),
            u32("pciSubSystemId"),
            chars("busId", 32));

    static final Layout PCI_V2 = Layout.of(
            "nvmlPciInfo_v2_t",
            chars("busId", LEGACY_BUS_BYTES),
            u32("domain"),
            u32("bus"),
            u32("device"),
            u32("pciDeviceId"),
            u32("pciSubSystemId"),
            u32("reserved0"),
            u32("reserved1"),
            u32("reserved2"),
            u32("reserved3"));

    static final Layout MEMORY = Layout.of("nvmlMemory_t", u64("total"), u64("free"), u64("used"));

    static final Layout MEMORY_V2 =
            Layout.of("nvmlMemory_v2_t", u32("version"), u64("total"), u64("reserved"), u64("free"), u64("used"));

    static final Layout UTILIZATION = Layout.of("nvmlUtilization_t", u32("gpu"), u32("memory"));

    static final Layout TEMPERATURE =
            Layout.of("nvmlTemperature_v1_t", u32("version"), u32("sensorType"), u32("temperature"));

    static final Layout PROCESS_V1 = Layout.of("nvmlProcessInfo_v1_t", u32("pid"), u64("usedGpuMemory"));

    static final Layout PROCESS_V2 = Layout.of(
            "nvmlProcessInfo_v2_t", u32("pid"), u64("usedGpuMemory"), u32("gpuInstanceId"), u32("computeInstanceId"));

    /** What the drivers 535.43 to 535.86 wrote where they should have written {@link #PROCESS_V2}. */
    static final Layout PROCESS_WIDE = Layout.of(
            "nvmlProcessDetail_v1_t",
            u32("pid"),
            u64("usedGpuMemory"),
            u32("gpuInstanceId"),
            u32("computeInstanceId"),
            u64("usedGpuCcProtectedMemory"));

    static final Layout PROCESS_UTILIZATION = Layout.of(
            "nvmlProcessUtilizationSample_t",
            u32("pid"),
            u64("timeStamp"),
            u32("smUtil"),
            u32("memUtil"),
            u32("encUtil"),
            u32("decUtil"));

    static final List<Layout> ALL = List.of(
            PCI,
            PCI_V2,
            MEMORY,
            MEMORY_V2,
            UTILIZATION,
            TEMPERATURE,
            PROCESS_V1,
            PROCESS_V2,
            PROCESS_WIDE,
            PROCESS_UTILIZATION);

    private Structs() {}
}
