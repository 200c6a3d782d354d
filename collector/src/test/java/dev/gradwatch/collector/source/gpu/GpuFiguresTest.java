package dev.gradwatch.collector.source.gpu;

import static dev.gradwatch.collector.source.gpu.GpuReaderTest.and;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.model.Gpu;
import dev.gradwatch.collector.model.GpuProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GpuFiguresTest {
    @TempDir
    private Path folder;

    @Test
    void newDriver_saysEverything() throws IOException {
        assertThat(read(NvmlStandIn.Level.NEW, NvmlStandIn.gpus(1)))
                .containsExactly(
                        gpu(new Gpu.Memory(85_520_809_984L, 1_073_741_824L, 675_282_944L), "00000000:3B:00.0"));
    }

    @Test
    void driver470_countsReservedMemoryAsUsed() throws IOException {
        assertThat(read(NvmlStandIn.Level.MIDDLE, NvmlStandIn.gpus(1)))
                .containsExactly(gpu(new Gpu.Memory(85_520_809_984L, 1_749_024_768L, null), "00000000:3B:00.0"));
    }

    private static Gpu gpu(Gpu.Memory memory, String busId) {
        return new Gpu(
                0,
                NvmlStandIn.uuid(0),
                null,
                busId,
                "NVIDIA H100 80GB HBM3",
                Gpu.State.OK,
                memory,
                93,
                40,
                64,
                512.345,
                700.0,
                new Gpu.Clocks(1755, 2619, 1980, 2620),
                Gpu.SW_POWER_CAP,
                new Gpu.Errors(3L, 0L, false),
                new Gpu.Links(5, 16, 5, 16, 1200, 3400, 18),
                List.of());
    }

    @Test
    void driver390_saysWhatItHas() throws IOException {
        Gpu gpu = read(NvmlStandIn.Level.OLD, and(NvmlStandIn.gpus(1), "pages 0 1"))
                .get(0);
        assertThat(gpu.pciBusId()).isEqualTo("0000:3B:00.0");
        assertThat(gpu.memory()).isEqualTo(new Gpu.Memory(85_520_809_984L, 1_749_024_768L, null));
        assertThat(gpu.temperatureCelsius()).isEqualTo(64);
        assertThat(gpu.throttle()).isEqualTo(Gpu.SW_POWER_CAP);
        assertThat(gpu.errors()).isEqualTo(new Gpu.Errors(3L, 0L, true));
    }

    @Test
    void gpuThatSaysNothing_isOkWithNulls() throws IOException {
        List<Gpu> gpus = read(NvmlStandIn.Level.NEW, List.of("device 0 GPU-1 00000000:01:00.0"));
        assertThat(gpus)
                .containsExactly(new Gpu(
                        0,
                        "GPU-1",
                        null,
                        "00000000:01:00.0",
                        "",
                        Gpu.State.OK,
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
                        List.of()));
    }

    @Test
    void whatIsNotSupported_isAskedOnce() throws IOException {
        NvmlStandIn standIn = NvmlStandIn.in(folder);
        standIn.says("device 0 GPU-1 00000000:01:00.0 Tesla", "util 0 5 5");
        try (Read read = new Read(standIn)) {
            for (int i = 0; i < 30; i++) {
                assertThat(read.later(1).gpus().get(0).gpuPercent()).isEqualTo(5);
            }
        }
        assertThat(standIn.count("nvmlDeviceGetUtilizationRates")).isEqualTo(30);
        assertThat(standIn.count("nvmlDeviceGetPowerUsage")).isEqualTo(1);
        assertThat(standIn.count("nvmlDeviceGetUUID")).isEqualTo(1);
    }

    @Test
    void whatTakesLong_isAskedAtEachTenthReading() throws IOException {
        NvmlStandIn standIn = NvmlStandIn.in(folder);
        standIn.says(NvmlStandIn.gpus(4));
        try (Read read = new Read(standIn)) {
            for (int i = 0; i < 41; i++) {
                read.later(1);
            }
            standIn.says(and(NvmlStandIn.gpus(4).stream()
                    .filter(line -> !line.startsWith("traffic"))
                    .toList()));
            assertThat(read.later(1).gpus().get(3).links()).isNotNull();
        }
        // Two directions of four GPUs, first at once and then at four tenths each.
        assertThat(standIn.count("nvmlDeviceGetPcieThroughput")).isBetween(2 * 4 * 4, 2 * 4 * 6);
    }

    @ParameterizedTest
    @ValueSource(ints = {13, 25, 2})
    void newFormThatIsRefused_makesWayForTheOlder(int code) throws IOException {
        NvmlStandIn standIn = NvmlStandIn.in(folder);
        standIn.says(and(
                NvmlStandIn.gpus(1),
                "process 0 77 4096 compute",
                "fail nvmlDeviceGetMemoryInfo_v2 * " + code,
                "fail nvmlDeviceGetTemperatureV * " + code,
                "fail nvmlDeviceGetPciInfo_v3 * " + code,
                "fail nvmlDeviceGetCurrentClocksEventReasons * " + code,
                "fail nvmlDeviceGetComputeRunningProcesses_v3 * " + code,
                "fail nvmlDeviceGetComputeRunningProcesses_v2 * " + code));
        try (Read read = new Read(standIn)) {
            Gpu gpu = read.now().gpus().get(0);
            assertThat(gpu.memory()).isEqualTo(new Gpu.Memory(85_520_809_984L, 1_749_024_768L, null));
            assertThat(gpu.temperatureCelsius()).isEqualTo(64);
            assertThat(gpu.pciBusId()).isEqualTo("0000:3B:00.0");
            assertThat(gpu.throttle()).isEqualTo(4);
            assertThat(gpu.processes()).extracting(GpuProcess::usedBytes).containsExactly(4096L);
            assertThat(read.later(1).gpus().get(0).memory()).isEqualTo(gpu.memory());
        }
        assertThat(standIn.count("nvmlDeviceGetMemoryInfo_v2")).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "util 0 4294967295 101",
        "temp 0 4294967295",
        "power 0 4294967295",
        "limit 0 4294967295",
        "throttle 0 0xFFFFFFFFFFFFFFFF",
        "memory 0 0xFFFFFFFFFFFFFFFF 0 0",
        "memory 0 0 0 0"
    })
    void valueThatCannotBe_isNull(String line) throws IOException {
        Gpu gpu = read(NvmlStandIn.Level.NEW, List.of("device 0 GPU-1 00000000:01:00.0", line))
                .get(0);
        assertThat(gpu.state()).isEqualTo(Gpu.State.OK);
        assertThat(gpu.gpuPercent()).isNull();
        assertThat(gpu.memoryPercent()).isNull();
        assertThat(gpu.temperatureCelsius()).isNull();
        assertThat(gpu.powerWatts()).isNull();
        assertThat(gpu.powerLimitWatts()).isNull();
        assertThat(gpu.throttle()).isNull();
        assertThat(gpu.memory()).isNull();
    }

    @Test
    void nameThatIsGarbage_isPrintable() throws IOException {
        Gpu gpu = read(
                        NvmlStandIn.Level.NEW,
                        List.of("device 0 GPU-1 00000000:01:00.0 Te\\xffsla\\x1b[31m\\x07 \\xc3\\xa9"))
                .get(0);
        assertThat(gpu.name()).isEqualTo("Te\uFFFDsla[31m \u00e9");
    }

    @Test
    void textsThatDoNotEnd_endWithTheirBuffers() throws IOException {
        Gpu gpu = read(NvmlStandIn.Level.NEW, List.of("device 0 GPU-1 bus N", "unterminated"))
                .get(0);
        assertThat(gpu.name()).isEqualTo("N".repeat(Structs.TEXT_BYTES));
        assertThat(gpu.uuid()).hasSize(Structs.TEXT_BYTES);
    }

    @Test
    void nvlinks_areThoseThatAreActive() throws IOException {
        Gpu gpu = read(NvmlStandIn.Level.NEW, List.of("device 0 GPU-1 bus N", "nvlink 0 6 4"))
                .get(0);
        assertThat(gpu.links()).isEqualTo(new Gpu.Links(null, null, null, null, null, null, 4));
    }

    @Test
    void rowsThatWait_arePending() throws IOException {
        Gpu gpu = read(NvmlStandIn.Level.NEW, List.of("device 0 GPU-1 bus N", "rows 0 1"))
                .get(0);
        assertThat(gpu.errors()).isEqualTo(new Gpu.Errors(null, null, true));
    }

    @Test
    void instances_followTheirGpu() throws IOException {
        List<Gpu> gpus = read(
                NvmlStandIn.Level.NEW,
                and(
                        List.of("device 0 GPU-1 00000000:01:00.0 A100", "mig 0 1", "memory 0 40960 0 30000"),
                        "device 1 GPU-2 00000000:02:00.0 A100",
                        "instance 0:0 MIG-a 1 0 A100 MIG 3g.20gb",
                        "instance 0:2 MIG-b 2 0 A100 MIG 2g.10gb",
                        "memory 0:0 20480 16 1024",
                        "memory 0:2 10240 16 2048",
                        "process 0:0 71 1000 compute",
                        "process 0:2 72 2000 compute"));
        assertThat(gpus).extracting(Gpu::uuid).containsExactly("GPU-1", "MIG-a", "MIG-b", "GPU-2");
        assertThat(gpus.get(0).processes()).isEmpty();
        assertThat(gpus.get(1).mig()).isEqualTo(new Gpu.Mig("GPU-1", 1, 0));
        assertThat(gpus.get(1).index()).isEqualTo(0);
        assertThat(gpus.get(1).pciBusId()).isEqualTo("00000000:01:00.0");
        assertThat(gpus.get(1).name()).isEqualTo("A100 MIG 3g.20gb");
        assertThat(gpus.get(1).memory()).isEqualTo(new Gpu.Memory(20480, 1024, 16L));
        assertThat(gpus.get(2).processes()).extracting(GpuProcess::pid).containsExactly(72L);
    }

    @Test
    void instancesThatMayNotBeSeen_leaveTheirProcessesToTheGpu() throws IOException {
        List<Gpu> gpus = read(
                NvmlStandIn.Level.NEW,
                List.of(
                        "device 0 GPU-1 00000000:01:00.0 A100",
                        "mig 0 1",
                        "instance 0:0 MIG-a 1 0 A100 MIG 3g.20gb",
                        "process 0:0 71 1000 compute",
                        "fail nvmlDeviceGetMigDeviceHandleByIndex * 4"));
        assertThat(gpus).hasSize(1);
        assertThat(gpus.get(0).processes()).extracting(GpuProcess::pid).containsExactly(71L);
    }

    @Test
    void instancesMadeLater_areFound() throws IOException {
        NvmlStandIn standIn = NvmlStandIn.in(folder);
        standIn.says("device 0 GPU-1 00000000:01:00.0 A100", "mig 0 0");
        try (Read read = new Read(standIn)) {
            assertThat(read.now().gpus()).hasSize(1);
            standIn.says("device 0 GPU-1 00000000:01:00.0 A100", "mig 0 1", "instance 0:0 MIG-a 1 0 A");
            for (int i = 0; i < Devices.SLOW_READINGS; i++) {
                read.later(1);
            }
            assertThat(read.later(1).gpus()).extracting(Gpu::uuid).containsExactly("GPU-1", "MIG-a");
            standIn.says("device 0 GPU-1 00000000:01:00.0 A100", "mig 0 1");
            for (int i = 0; i < Devices.SLOW_READINGS; i++) {
                read.later(1);
            }
            assertThat(read.later(1).gpus()).hasSize(1);
        }
    }

    @ParameterizedTest
    @EnumSource(NvmlStandIn.Level.class)
    void processes_areListedByPid(NvmlStandIn.Level level) throws IOException {
        Gpu gpu = read(level, processes()).get(0);
        assertThat(gpu.processes()).extracting(GpuProcess::pid).containsExactly(70L, 71L, 4294967295L);
        assertThat(gpu.processes()).extracting(GpuProcess::usedBytes).containsExactly(2000L, 1000L, null);
        assertThat(gpu.processes()).extracting(GpuProcess::graphics).containsExactly(false, false, true);
        assertThat(gpu.processes()).extracting(GpuProcess::gpuPercent).containsExactly(50, 40, null);
    }

    /** The lengths that drivers were seen to use, whatever they document. */
    @ParameterizedTest
    @ValueSource(ints = {16, 24, 32})
    void entriesOfAnyLength_areRead(int bytes) throws IOException {
        Gpu gpu =
                read(NvmlStandIn.Level.NEW, and(processes(), "stride " + bytes)).get(0);
        assertThat(gpu.processes()).extracting(GpuProcess::pid).containsExactly(70L, 71L, 4294967295L);
        assertThat(gpu.processes()).extracting(GpuProcess::usedBytes).containsExactly(2000L, 1000L, null);
    }

    private static List<String> processes() {
        return List.of(
                "device 0 GPU-1 00000000:01:00.0 A100",
                "process 0 71 1000 compute",
                "process 0 70 2000 compute",
                "process 0 70 2000 graphics",
                "process 0 4294967295 - graphics",
                "putil 0 70 30 1000",
                "putil 0 70 50 2000",
                "putil 0 71 40 1500",
                "putil 0 4294967295 4294967295 1500");
    }

    @Test
    void utilisationOfProcesses_isOfTheTimeSinceTheLastReading() throws IOException {
        NvmlStandIn standIn = NvmlStandIn.in(folder);
        standIn.says(processes());
        try (Read read = new Read(standIn)) {
            assertThat(read.now().gpus().get(0).processes().get(0).gpuPercent()).isEqualTo(50);
            assertThat(read.later(1).gpus().get(0).processes().get(0).gpuPercent())
                    .isNull();
            standIn.says(and(processes(), "putil 0 70 10 3000"));
            assertThat(read.later(1).gpus().get(0).processes().get(0).gpuPercent())
                    .isEqualTo(10);
        }
    }

    @Test
    void listThatGrowsWhileAskedFor_isAskedForAgain() throws IOException {
        List<String> lines = new java.util.ArrayList<>(List.of("device 0 GPU-1 00000000:01:00.0 A100", "grow 0 3"));
        for (int i = 0; i < 500; i++) {
            lines.add("process 0 " + (1000 + i) + " " + i + " compute");
        }
        assertThat(read(NvmlStandIn.Level.NEW, lines).get(0).processes()).hasSize(500);
    }

    @Test
    void listThatGrowsForEver_isLeftOut() throws IOException {
        Gpu gpu = read(
                        NvmlStandIn.Level.NEW,
                        List.of("device 0 GPU-1 bus A", "grow 0 999999", "process 0 1 1 compute", "util 0 1 1"))
                .get(0);
        assertThat(gpu.processes()).isEmpty();
        assertThat(gpu.state()).isEqualTo(Gpu.State.OK);
    }

    @Test
    void processesThatMayNotBeSeen_leaveTheRest() throws IOException {
        Gpu gpu = read(
                        NvmlStandIn.Level.NEW,
                        and(
                                NvmlStandIn.gpus(1),
                                "process 0 1 1 compute",
                                "fail nvmlDeviceGetComputeRunningProcesses * 4",
                                "fail nvmlDeviceGetGraphicsRunningProcesses * 4"))
                .get(0);
        assertThat(gpu.processes()).isEmpty();
        assertThat(gpu.gpuPercent()).isEqualTo(93);
        assertThat(gpu.state()).isEqualTo(Gpu.State.OK);
    }

    private List<Gpu> read(NvmlStandIn.Level level, List<String> lines) throws IOException {
        NvmlStandIn standIn = NvmlStandIn.in(folder, level);
        standIn.says(lines);
        try (Read read = new Read(standIn)) {
            return read.now().gpus();
        }
    }
}
