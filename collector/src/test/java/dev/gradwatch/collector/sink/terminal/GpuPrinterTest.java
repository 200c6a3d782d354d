package dev.gradwatch.collector.sink.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.model.Gpu;
import dev.gradwatch.collector.model.GpuProcess;
import dev.gradwatch.collector.model.GpuReading;
import dev.gradwatch.collector.model.SampleGpus;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GpuPrinterTest {
    @Test
    void wide_showsEachGpuAndWhatIsOnIt() {
        assertThat(table(100, SampleGpus.reading(SampleGpus.full(), SampleGpus.bare(1, Gpu.State.OK))))
                .isEqualTo("""
                        gradwatch  node1 · driver 550.54.15 · 2 GPUs

                          GPU  name                   busy   memory GiB   temp        power
                            0  NVIDIA H100 80GB HBM3  97 %  61.3 / 80.0  71 °C  612 / 700 W
                               clocks are held down: hw_thermal_slowdown
                                  4054  rank 0  train-7f  60.9 GiB  python train.py
                                   991                     120 MiB  Xorg
                            1  NVIDIA T4                 -            -      -            -
                        """);
    }

    @Test
    void narrow_givesUpTheLastColumns() {
        assertThat(table(60, SampleGpus.reading(SampleGpus.full()))).isEqualTo("""
                        gradwatch  node1 · driver 550.54.15 · 1 GPU

                          GPU  name                   busy   memory GiB   temp
                            0  NVIDIA H100 80GB HBM3  97 %  61.3 / 80.0  71 °C
                               clocks are held down: hw_thermal_slowdown
                                  4054  rank 0  train-7f  60.9 GiB  python train.py
                                   991                     120 MiB  Xorg
                        """);
    }

    @Test
    void anyWidth_isKept() {
        Gpu crowded = SampleGpus.full()
                .with(List.of(
                        SampleGpus.process(
                                4_194_304,
                                "python -m train.with.a.long.name --and options",
                                1L << 40,
                                1_023,
                                "j".repeat(300)),
                        SampleGpus.process(1, "\u89e3".repeat(60), null, 0, "\u89e3".repeat(60))));
        for (int columns = Terminal.MIN_COLUMNS; columns <= Terminal.MAX_COLUMNS; columns++) {
            int most = Math.min(columns, 100);
            assertThat(table(columns, SampleGpus.reading(crowded, SampleGpus.instance(13)))
                            .lines())
                    .allMatch(line -> Cells.width(line) <= most);
        }
    }

    @Test
    void instances_standUnderTheirGpu() {
        assertThat(table(100, SampleGpus.reading(SampleGpus.bare(0, Gpu.State.OK), SampleGpus.instance(7))))
                .isEqualTo("""
                        gradwatch  node1 · driver 550.54.15 · 1 GPU · 1 MIG instance

                            GPU  name                               busy  memory GiB  temp  power
                              0  NVIDIA T4                             -           -     -      -
                          0/7/0  NVIDIA H100 80GB HBM3 MIG 1g.10gb     -   0.0 / 9.8     -      -
                        """);
    }

    @Test
    void troubles_areSaid() {
        Gpu hot = SampleGpus.full();
        Gpu bad = new Gpu(
                1,
                "GPU-1",
                null,
                null,
                "NVIDIA T4",
                Gpu.State.OK,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                hot.throttle(),
                new Gpu.Errors(null, 3L, true),
                null,
                List.of());
        assertThat(table(
                        100,
                        SampleGpus.reading(
                                bad,
                                SampleGpus.bare(2, Gpu.State.LOST),
                                SampleGpus.bare(3, Gpu.State.NO_PERMISSION),
                                SampleGpus.bare(4, Gpu.State.FAILED))))
                .contains(
                        "clocks are held down: hw_thermal_slowdown\n",
                        "memory errors that could not be corrected: 3\n",
                        "bad memory waits for a reset to be taken out of use\n",
                        "lost: it fell off the bus, or needs a reset\n",
                        "the driver does not let this user look at it\n",
                        "the driver answers with errors\n");
    }

    @Test
    void foreignText_movesNoCursor() {
        Gpu gpu = SampleGpus.full().with(List.of(SampleGpus.process(7, "a\u001b[2Jb", 5L << 30, 1, "x\ny")));
        assertThat(table(100, SampleGpus.reading(gpu))).contains("rank 1  x\\x0ay  5.0 GiB  a\\x1b[2Jb\n");
    }

    @Test
    void otherEncodings_areAscii() {
        String table = new GpuPrinter(new Terminal(100, false, false)).table(SampleGpus.reading(SampleGpus.full()));
        assertThat(table)
                .startsWith("gradwatch  node1 | driver 550.54.15 | 1 GPU\n")
                .contains("71 C");
        assertThat(table.chars()).allMatch(character -> character < 0x7f);
    }

    @Test
    void manyProcesses_areCounted() {
        List<GpuProcess> many = new ArrayList<>();
        for (int pid = 1; pid <= 40; pid++) {
            many.add(SampleGpus.process(pid, "python", pid * SampleGpus.GIBIBYTE, null, null));
        }
        assertThat(table(100, SampleGpus.reading(SampleGpus.full().with(many))))
                .contains("40.0 GiB  python\n", "     9   9.0 GiB  python\n", "and 8 more processes\n")
                .doesNotContain("8.0 GiB  python\n        7");
    }

    @Test
    void noDriver_isOneLine() {
        assertThat(table(100, SampleGpus.noDriver()))
                .isEqualTo("no GPU here: no NVML library on this machine: it comes with NVIDIA's driver\n");
        assertThat(table(100, SampleGpus.reading())).isEqualTo("no GPU here: the driver answers, and lists none\n");
    }

    private static String table(int columns, GpuReading reading) {
        return new GpuPrinter(new Terminal(columns, true, false)).table(reading);
    }
}
