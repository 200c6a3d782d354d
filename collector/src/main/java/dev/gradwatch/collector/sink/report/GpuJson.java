package dev.gradwatch.collector.sink.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gradwatch.collector.model.Gpu;
import dev.gradwatch.collector.model.GpuDriver;
import dev.gradwatch.collector.model.GpuProcess;
import dev.gradwatch.collector.model.GpuReading;
import dev.gradwatch.collector.model.ThrottleReason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * GPUs as JSON, as {@code gradwatch gpu} prints them and the API answers:
 *
 * <pre>
 * {"driver": "550.54.15", "gpus": [{"index", "uuid", "name",
 *     "memory": {"total_bytes", "used_bytes", "reserved_bytes"},
 *     "utilization": {"gpu_percent", "memory_percent"}, "temperature_celsius", "power_watts",
 *     "processes": [{"pid", "used_bytes", "rank", "job", "name", "gpu_percent", "graphics"}],
 *     "host", "state", "mig": {"parent_uuid", "gpu_instance", "compute_instance"}, "pci_bus_id", "power_limit_watts",
 *     "clocks": {"sm_megahertz", "memory_megahertz", "max_sm_megahertz", "max_memory_megahertz"}, "throttle_reasons": [],
 *     "ecc": {"corrected", "uncorrected", "pending_retirement"},
 *     "pcie": {"generation", "width", "max_generation", "max_width", "send_kilobytes_per_second", "receive_kilobytes_per_second"},
 *     "nvlinks"}],
 *  "state": "ok", "hint": "", "nvml": "12.550.54.15"}
 * </pre>
 *
 * <p>What is not available is null and never left out; {@code mig} is null for a whole GPU, the other objects are always there.
 */
public final class GpuJson {
    /** As text that a person can read too, with a line end at its end. */
    public static String text(GpuReading reading) {
        try {
            return ReportJson.WRITER.writeValueAsString(tree(reading)) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain nodes can always be written", e);
        }
    }

    /** In one line, without its end. */
    public static String line(GpuReading reading) {
        return tree(reading).toString();
    }

    private static ObjectNode tree(GpuReading reading) {
        return tree(
                reading.driver(),
                reading.gpus().stream().map(gpu -> gpu(reading.host(), gpu)).toList());
    }

    /** @param gpus each as {@link #gpu} makes it */
    public static ObjectNode tree(GpuDriver driver, List<ObjectNode> gpus) {
        ObjectNode root = ReportJson.MAPPER.createObjectNode().put("driver", driver.version());
        root.putArray("gpus").addAll(gpus);
        return root.put("state", driver.state().id()).put("hint", driver.hint()).put("nvml", driver.nvml());
    }

    public static ObjectNode gpu(String host, Gpu gpu) {
        ObjectNode node = ReportJson.MAPPER
                .createObjectNode()
                .put("index", gpu.index())
                .put("uuid", gpu.uuid())
                .put("name", gpu.name());
        Gpu.Memory memory = gpu.memory();
        node.putObject("memory")
                .put("total_bytes", memory == null ? null : Long.valueOf(memory.totalBytes()))
                .put("used_bytes", memory == null ? null : Long.valueOf(memory.usedBytes()))
                .put("reserved_bytes", memory == null ? null : memory.reservedBytes());
        node.putObject("utilization").put("gpu_percent", gpu.gpuPercent()).put("memory_percent", gpu.memoryPercent());
        node.put("temperature_celsius", gpu.temperatureCelsius()).put("power_watts", gpu.powerWatts());
        ArrayNode processes = node.putArray("processes");
        gpu.processes().forEach(process -> processes.add(process(process)));
        node.put("host", host).put("state", gpu.state().id());
        node.set("mig", mig(gpu.mig()));
        node.put("pci_bus_id", gpu.pciBusId()).put("power_limit_watts", gpu.powerLimitWatts());
        putHealth(node, gpu);
        putLinks(node, gpu.links());
        return node;
    }

    private static ObjectNode process(GpuProcess process) {
        return ReportJson.MAPPER
                .createObjectNode()
                .put("pid", process.pid())
                .put("used_bytes", process.usedBytes())
                .put("rank", process.rank())
                .put("job", process.job())
                .put("name", process.name().isEmpty() ? null : process.name())
                .put("gpu_percent", process.gpuPercent())
                .put("graphics", process.graphics());
    }

    private static @Nullable ObjectNode mig(Gpu.@Nullable Mig mig) {
        return mig == null
                ? null
                : ReportJson.MAPPER
                        .createObjectNode()
                        .put("parent_uuid", mig.parentUuid())
                        .put("gpu_instance", mig.gpuInstance())
                        .put("compute_instance", mig.computeInstance());
    }

    private static void putHealth(ObjectNode node, Gpu gpu) {
        Gpu.Clocks clocks = gpu.clocks();
        node.putObject("clocks")
                .put("sm_megahertz", clocks == null ? null : clocks.sm())
                .put("memory_megahertz", clocks == null ? null : clocks.memory())
                .put("max_sm_megahertz", clocks == null ? null : clocks.maxSm())
                .put("max_memory_megahertz", clocks == null ? null : clocks.maxMemory());
        Long throttle = gpu.throttle();
        node.set(
                "throttle_reasons",
                throttle == null
                        ? null
                        : ReportJson.strings(ThrottleReason.of(throttle).stream()
                                .map(ThrottleReason::id)
                                .toList()));
        Gpu.Errors errors = gpu.errors();
        node.putObject("ecc")
                .put("corrected", errors == null ? null : errors.corrected())
                .put("uncorrected", errors == null ? null : errors.uncorrected())
                .put("pending_retirement", errors == null ? null : errors.pendingRetirement());
    }

    private static void putLinks(ObjectNode node, Gpu.@Nullable Links links) {
        node.putObject("pcie")
                .put("generation", links == null ? null : links.pcieGeneration())
                .put("width", links == null ? null : links.pcieWidth())
                .put("max_generation", links == null ? null : links.maxPcieGeneration())
                .put("max_width", links == null ? null : links.maxPcieWidth())
                .put("send_kilobytes_per_second", links == null ? null : links.pcieSendKilobytes())
                .put("receive_kilobytes_per_second", links == null ? null : links.pcieReceiveKilobytes());
        node.put("nvlinks", links == null ? null : links.nvlinks());
    }

    private GpuJson() {}
}
