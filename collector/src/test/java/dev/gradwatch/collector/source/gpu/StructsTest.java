package dev.gradwatch.collector.source.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StructsTest {
    @TempDir
    private Path folder;

    @Test
    void layouts_areThoseOfTheCompiler() throws IOException {
        List<String> ours = Structs.ALL.stream()
                .flatMap(layout -> Stream.concat(
                        Stream.of(layout.name() + " size " + layout.size()),
                        layout.offsets().entrySet().stream()
                                .map(field -> layout.name() + " " + field.getKey() + " " + field.getValue())))
                .toList();
        List<String> compilers = NvmlStandIn.in(folder).layouts().lines().toList();
        assertThat(ours).containsExactlyInAnyOrderElementsOf(compilers);
    }

    /** Worked out from NVIDIA's published nvml.h of NVML 12.2, where an unsigned int has 4 bytes and an unsigned long long 8 at a multiple of 8. */
    @Test
    void layouts_areThoseOfThePublishedHeader() {
        assertThat(Structs.ALL.stream()
                        .collect(Collectors.toMap(
                                Layout::name,
                                layout -> layout.size() + " "
                                        + layout.offsets().values().stream()
                                                .map(String::valueOf)
                                                .collect(Collectors.joining(",")))))
                .containsEntry("nvmlPciInfo_t", "68 0,16,20,24,28,32,36")
                .containsEntry("nvmlPciInfo_v2_t", "52 0,16,20,24,28,32,36,40,44,48")
                .containsEntry("nvmlMemory_t", "24 0,8,16")
                .containsEntry("nvmlMemory_v2_t", "40 0,8,16,24,32")
                .containsEntry("nvmlUtilization_t", "8 0,4")
                .containsEntry("nvmlTemperature_v1_t", "12 0,4,8")
                .containsEntry("nvmlProcessInfo_v1_t", "16 0,8")
                .containsEntry("nvmlProcessInfo_v2_t", "24 0,8,16,20")
                .containsEntry("nvmlProcessDetail_v1_t", "32 0,8,16,20,24")
                .containsEntry("nvmlProcessUtilizationSample_t", "32 0,8,16,20,24,28")
                .hasSize(10);
    }

    @Test
    void version_isSizeAndNumber() {
        assertThat(Structs.MEMORY_V2.version(2)).isEqualTo(0x02000028);
        assertThat(Structs.TEMPERATURE.version(1)).isEqualTo(0x0100000C);
    }

    @Test
    void fieldThatIsNone_isNamed() {
        assertThatThrownBy(() -> Structs.UTILIZATION.offset("fan"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("nvmlUtilization_t: fan (expected: one of [gpu, memory])");
    }
}
