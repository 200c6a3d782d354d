package dev.gradwatch.collector.sink.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gradwatch.collector.model.Gpu;
import dev.gradwatch.collector.model.SampleGpus;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GpuJsonTest {
    @Test
    void line_holdsAllThatTheDriverSays() {
        assertThat(GpuJson.line(SampleGpus.reading(SampleGpus.full())))
                .isEqualTo("{\"driver\":\"550.54.15\",\"gpus\":[{\"index\":0,\"uuid\":\"" + SampleGpus.UUID
                        + "\",\"name\":\"NVIDIA H100 80GB HBM3\","
                        + "\"memory\":{\"total_bytes\":85899345920,\"used_bytes\":65766686720,\"reserved_bytes\":524288000},"
                        + "\"utilization\":{\"gpu_percent\":97,\"memory_percent\":41},"
                        + "\"temperature_celsius\":71,\"power_watts\":612.25,"
                        + "\"processes\":[{\"pid\":991,\"used_bytes\":125829120,\"rank\":null,\"job\":null,"
                        + "\"name\":\"Xorg\",\"gpu_percent\":null,\"graphics\":false},"
                        + "{\"pid\":4054,\"used_bytes\":65368227840,\"rank\":0,\"job\":\"train-7f\","
                        + "\"name\":\"python train.py\",\"gpu_percent\":null,\"graphics\":false}],"
                        + "\"host\":\"node1\",\"state\":\"ok\",\"mig\":null,\"pci_bus_id\":\"00000000:3B:00.0\","
                        + "\"power_limit_watts\":700.0,"
                        + "\"clocks\":{\"sm_megahertz\":1410,\"memory_megahertz\":2619,"
                        + "\"max_sm_megahertz\":1980,\"max_memory_megahertz\":2619},"
                        + "\"throttle_reasons\":[\"sw_power_cap\",\"hw_thermal_slowdown\"],"
                        + "\"ecc\":{\"corrected\":12,\"uncorrected\":0,\"pending_retirement\":false},"
                        + "\"pcie\":{\"generation\":5,\"width\":16,\"max_generation\":5,\"max_width\":16,"
                        + "\"send_kilobytes_per_second\":120000,\"receive_kilobytes_per_second\":80000},"
                        + "\"nvlinks\":18}],\"state\":\"ok\",\"hint\":\"\",\"nvml\":\"12.550.54.15\"}");
    }

    @Test
    void unknown_isNullAndNeverLeftOut() throws Exception {
        JsonNode full = gpu(SampleGpus.full());
        JsonNode bare = gpu(SampleGpus.bare(3, Gpu.State.LOST));
        assertThat(names(bare)).isEqualTo(names(full));
        assertThat(bare.path("state").asText()).isEqualTo("lost");
        for (String object : List.of("memory", "utilization", "clocks", "ecc", "pcie")) {
            assertThat(names(bare.path(object))).isEqualTo(names(full.path(object)));
            assertThat(bare.path(object)).allMatch(JsonNode::isNull);
        }
        for (String value : List.of(
                "temperature_celsius",
                "power_watts",
                "power_limit_watts",
                "pci_bus_id",
                "throttle_reasons",
                "nvlinks")) {
            assertThat(bare.path(value).isNull()).as(value).isTrue();
        }
        assertThat(bare.path("processes")).isEmpty();
    }

    @Test
    void instance_namesItsGpu() throws Exception {
        assertThat(gpu(SampleGpus.instance(7)).path("mig"))
                .hasToString("{\"parent_uuid\":\"" + SampleGpus.UUID + "\",\"gpu_instance\":7,\"compute_instance\":0}");
    }

    @Test
    void noDriver_isAStateWithAHint() throws Exception {
        String text = GpuJson.text(SampleGpus.noDriver());
        assertThat(ReportJson.MAPPER.readTree(text))
                .hasToString("{\"driver\":null,\"gpus\":[],\"state\":\"no_library\",\"hint\":\""
                        + SampleGpus.NONE.hint() + "\",\"nvml\":null}");
        assertThat(text).endsWith("}\n");
    }

    private static JsonNode gpu(Gpu gpu) throws Exception {
        return ReportJson.MAPPER
                .readTree(GpuJson.text(SampleGpus.reading(gpu)))
                .path("gpus")
                .path(0);
    }

    private static List<String> names(JsonNode node) {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
