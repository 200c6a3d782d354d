package dev.gradwatch.collector.source.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.model.Gpu;
import dev.gradwatch.collector.model.GpuDriver;
import dev.gradwatch.collector.model.GpuReading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GpuReaderTest {
    @TempDir
    private Path folder;

    @Test
    void driverWithGpus_isReadByIndex() throws IOException {
        NvmlStandIn standIn = NvmlStandIn.in(folder);
        standIn.says(NvmlStandIn.gpus(16));
        try (Read read = new Read(standIn)) {
            GpuReading reading = read.now();
            assertThat(reading.host()).isEqualTo("node-1");
            assertThat(reading.micros()).isEqualTo(1_795_337_991_000_000L);
            assertThat(reading.driver()).isEqualTo(new GpuDriver(GpuDriver.State.OK, "550.54.15", "12.550.54.15", ""));
            assertThat(reading.gpus()).hasSize(16).extracting(Gpu::index).isSorted();
            assertThat(reading.gpus().get(15).uuid()).isEqualTo(NvmlStandIn.uuid(15));
        }
    }

    @Test
    void driverWithoutGpus_isOkWithAHint() throws IOException {
        NvmlStandIn standIn = NvmlStandIn.in(folder);
        standIn.says(NvmlStandIn.gpus(0));
        try (Read read = new Read(standIn)) {
            assertThat(read.now().gpus()).isEmpty();
            assertThat(read.now().driver().state()).isEqualTo(GpuDriver.State.OK);
            assertThat(read.now().driver().hint()).contains("shows no GPU here");
            standIn.says(NvmlStandIn.gpus(1));
            assertThat(read.now().gpus()).hasSize(1);
            assertThat(read.now().driver().hint()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "9, NO_DRIVER, modprobe nvidia",
        "12, NO_DRIVER, install the driver again",
        "18, VERSION_MISMATCH, reboot",
        "4, NO_PERMISSION, /dev/nvidia*",
        "17, NO_PERMISSION, cgroup",
        "999, FAILED, Unknown Error (nvmlInit_v2: 999 (expected: 0))"
    })
    void initThatFails_isAStateWithAHint(int code, GpuDriver.State state, String hint) throws IOException {
        NvmlStandIn standIn = NvmlStandIn.in(folder);
        standIn.says("fail nvmlInit * " + code);
        try (Read read = new Read(standIn)) {
            GpuReading reading = read.now();
            assertThat(reading.gpus()).isEmpty();
            assertThat(reading.driver().state()).isEqualTo(state);
            assertThat(reading.driver().hint()).contains(hint);
        }
    }

    @Test
    void driverThatComesLater_isReadAfterAMinute() throws IOException {
        NvmlStandIn standIn = NvmlStandIn.in(folder);
        standIn.says("fail nvmlInit * 9");
        try (Read read = new Read(standIn)) {
            assertThat(read.now().driver().state()).isEqualTo(GpuDriver.State.NO_DRIVER);
            standIn.says(NvmlStandIn.gpus(1));
            assertThat(read.later(59).driver().state()).isEqualTo(GpuDriver.State.NO_DRIVER);
            assertThat(standIn.count("nvmlInit_v2")).isEqualTo(1);
            assertThat(read.later(1).gpus()).hasSize(1);
            assertThat(standIn.count("nvmlInit_v2")).isEqualTo(2);
        }
    }

    @Test
    void clockSetBack_doesNotKeepTheDriverWaiting() throws IOException {
        NvmlStandIn standIn = NvmlStandIn.in(folder);
        standIn.says("fail nvmlInit * 9");
        try (Read read = new Read(standIn)) {
            assertThat(read.now().gpus()).isEmpty();
            standIn.says(NvmlStandIn.gpus(1));
            assertThat(read.later(-86_400).gpus()).hasSize(1);
        }
    }

    @Test
    void driverReloaded_isReadInTheSameReading() throws IOException {
        NvmlStandIn standIn = NvmlStandIn.in(folder);
        standIn.says(NvmlStandIn.gpus(2));
        try (Read read = new Read(standIn)) {
            assertThat(read.now().gpus()).hasSize(2);
            standIn.reload();
            assertThat(read.later(1).gpus())
                    .hasSize(2)
                    .allSatisfy(gpu -> assertThat(gpu.memory()).isNotNull());
            assertThat(standIn.count("nvmlInit_v2")).isEqualTo(2);
        }
    }

    @Test
    void driverUnloaded_isAState() throws IOException {
        NvmlStandIn standIn = NvmlStandIn.in(folder);
        standIn.says(NvmlStandIn.gpus(2));
        try (Read read = new Read(standIn)) {
            assertThat(read.now().gpus()).hasSize(2);
            standIn.says("fail nvmlInit * 9", "fail nvmlDeviceGetCount * 9");
            assertThat(read.later(1).driver().state()).isEqualTo(GpuDriver.State.NO_DRIVER);
            assertThat(read.later(1).gpus()).isEmpty();
            standIn.says(NvmlStandIn.gpus(2));
            assertThat(read.later(60).gpus()).hasSize(2);
        }
    }

    @Test
    void countThatFails_isAState() throws IOException {
        NvmlStandIn standIn = NvmlStandIn.in(folder);
        standIn.says("fail nvmlDeviceGetCount * 999");
        try (Read read = new Read(standIn)) {
            assertThat(read.now().driver().hint()).contains("nvmlDeviceGetCount_v2: 999 (expected: 0)");
        }
        assertThat(standIn.count("nvmlShutdown")).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"15, LOST", "16, LOST", "4, NO_PERMISSION", "999, FAILED"})
    void gpuThatCannotBeAsked_leavesTheOthers(int code, Gpu.State state) throws IOException {
        NvmlStandIn standIn = NvmlStandIn.in(folder);
        standIn.says(and(NvmlStandIn.gpus(3), "fail nvmlDeviceGetHandleByIndex 1 " + code));
        try (Read read = new Read(standIn)) {
            assertThat(read.now().gpus()).extracting(Gpu::state).containsExactly(Gpu.State.OK, state, Gpu.State.OK);
            assertThat(read.now().gpus().get(1).uuid()).isEmpty();
        }
    }

    @Test
    void gpuLost_keepsItsNameAndReturns() throws IOException {
        NvmlStandIn standIn = NvmlStandIn.in(folder);
        standIn.says(NvmlStandIn.gpus(2));
        try (Read read = new Read(standIn)) {
            Gpu before = read.now().gpus().get(1);
            standIn.says(and(NvmlStandIn.gpus(2), "fail * 1 15"));
            for (int i = 0; i < 3; i++) {
                List<Gpu> gpus = read.later(1).gpus();
                assertThat(gpus.get(0).state()).isEqualTo(Gpu.State.OK);
                assertThat(gpus.get(1).state()).isEqualTo(Gpu.State.LOST);
                assertThat(gpus.get(1).uuid()).isEqualTo(before.uuid());
                assertThat(gpus.get(1).name()).isEqualTo(before.name());
                assertThat(gpus.get(1).memory()).isNull();
            }
            standIn.says(NvmlStandIn.gpus(2));
            assertThat(read.later(1).gpus().get(1)).isEqualTo(before);
        }
    }

    @Test
    void gpuThatOnlyFails_isFailed() throws IOException {
        NvmlStandIn standIn = NvmlStandIn.in(folder);
        standIn.says(NvmlStandIn.gpus(1));
        try (Read read = new Read(standIn)) {
            assertThat(read.now().gpus().get(0).state()).isEqualTo(Gpu.State.OK);
            standIn.says(and(NvmlStandIn.gpus(1), "fail * 0 999"));
            assertThat(read.later(1).gpus().get(0).state()).isEqualTo(Gpu.State.FAILED);
        }
    }

    @Test
    void fileThatIsMissing_isNamed() {
        Path missing = folder.resolve("missing.so");
        try (Read read = new Read(missing.toString())) {
            assertThat(read.now().driver().state()).isEqualTo(GpuDriver.State.NO_LIBRARY);
            assertThat(read.now().driver().hint())
                    .isEqualTo(
                            "nvml: " + missing + " is not there (expected: the path of NVIDIA's libnvidia-ml.so.1).");
        }
    }

    @Test
    void fileThatIsNoLibrary_isNamed() throws IOException {
        Path text = Files.writeString(folder.resolve("text.so"), "not ELF");
        try (Read read = new Read(text.toString())) {
            assertThat(read.now().driver().state()).isEqualTo(GpuDriver.State.FAILED);
            assertThat(read.now().driver().hint())
                    .isEqualTo("nvml: " + text
                            + " cannot be loaded (expected: NVIDIA's libnvidia-ml.so.1 for this machine).");
        }
    }

    @Test
    void libraryOfSomethingElse_isNamed() throws IOException {
        Path source = Files.writeString(folder.resolve("other.c"), "int other(void) { return 1; }");
        Path library = folder.resolve("other.so");
        NvmlStandIn.compile(source, library);
        try (Read read = new Read(library.toString())) {
            assertThat(read.now().driver().state()).isEqualTo(GpuDriver.State.FAILED);
            assertThat(read.now().driver().hint())
                    .startsWith("nvml: " + library + " has no function nvmlInit (expected: ");
        }
    }

    @Test
    void machineWithoutDriver_isAState() {
        try (GpuReader reader = GpuReader.open(null, "node-1", () -> 1)) {
            GpuDriver driver = reader.read().driver();
            // A machine that has a driver may run this test too.
            assertThat(driver.state()).isNotEqualTo(GpuDriver.State.OFF);
            assertThat(driver.hint().isEmpty()).isEqualTo(driver.state() == GpuDriver.State.OK);
        }
    }

    @Test
    void twoReaders_initialiseOnce() throws IOException {
        NvmlStandIn standIn = NvmlStandIn.in(folder);
        standIn.says(NvmlStandIn.gpus(1));
        Read first = new Read(standIn);
        Read second = new Read(standIn);
        assertThat(first.now().gpus()).isEqualTo(second.now().gpus());
        assertThat(standIn.count("nvmlInit_v2")).isEqualTo(1);
        standIn.reload();
        assertThat(first.later(1).gpus()).hasSize(1);
        assertThat(second.later(1).gpus()).hasSize(1);
        assertThat(standIn.count("nvmlInit_v2")).isEqualTo(2);
        int shutdowns = standIn.count("nvmlShutdown");
        first.close();
        first.close();
        assertThat(second.later(1).gpus()).hasSize(1);
        assertThat(standIn.count("nvmlShutdown")).isEqualTo(shutdowns);
        second.close();
        assertThat(standIn.count("nvmlShutdown")).isEqualTo(shutdowns + 1);
    }

    @Test
    void readerClosed_readsNothingMore() throws IOException {
        NvmlStandIn standIn = NvmlStandIn.in(folder);
        standIn.says(NvmlStandIn.gpus(1));
        Read read = new Read(standIn);
        assertThat(read.now().gpus()).hasSize(1);
        read.close();
        assertThat(read.now().driver()).isEqualTo(GpuDriver.OFF);
        assertThat(read.now().gpus()).isEmpty();
        read.close();
        assertThat(standIn.count("nvmlShutdown")).isEqualTo(1);
    }

    /** Whatever each function fails with at each moment, a reading is a reading. */
    @Test
    void failuresAtRandom_neverThrow() throws IOException {
        NvmlStandIn standIn = NvmlStandIn.in(folder);
        List<String> functions = List.of(
                "*",
                "nvmlDeviceGetHandleByIndex",
                "nvmlDeviceGetUUID",
                "nvmlDeviceGetMemoryInfo",
                "nvmlDeviceGetUtilizationRates",
                "nvmlDeviceGetComputeRunningProcesses",
                "nvmlDeviceGetMigMode",
                "nvmlDeviceGetNvLinkState",
                "nvmlInit");
        Random random = new Random(5);
        try (Read read = new Read(standIn)) {
            for (int i = 0; i < 300; i++) {
                int code = 1 + random.nextInt(29);
                standIn.says(and(
                        NvmlStandIn.gpus(2),
                        "fail " + functions.get(random.nextInt(functions.size())) + " "
                                + List.of("*", "0", "1").get(random.nextInt(3)) + " " + code));
                if (random.nextInt(10) == 0) {
                    standIn.reload();
                }
                read.later(1 + random.nextInt(90));
            }
            standIn.says(NvmlStandIn.gpus(2));
            assertThat(read.later(61).gpus()).hasSize(2).extracting(Gpu::state).containsOnly(Gpu.State.OK);
        }
    }

    static List<String> and(List<String> lines, String... more) {
        return Stream.concat(lines.stream(), Stream.of(more)).toList();
    }
}
