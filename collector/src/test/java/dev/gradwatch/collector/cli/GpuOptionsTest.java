package dev.gradwatch.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.model.GpuThresholds;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class GpuOptionsTest {
    @TempDir
    Path folder;

    private final Probe probe = new Probe();
    private final StringWriter err = new StringWriter();

    @Test
    void nothingSaid_isTheDefaults() {
        assertThat(line().execute()).isZero();
        assertThat(probe.thresholds).isEqualTo(GpuThresholds.DEFAULTS);
        assertThat(probe.interval).isEqualTo(Duration.ofSeconds(1));
        assertThat(probe.gpu.noGpu).isFalse();
        assertThat(probe.gpu.nvml.library()).isNull();
    }

    @Test
    void values_areThoseGiven() {
        assertThat(line().execute(
                                "--no-gpu",
                                "--gpu-interval=0.1",
                                "--gpu-idle=20",
                                "--gpu-saturated=90",
                                "--gpu-sustained=600",
                                "--gpu-full=99",
                                "--gpu-growth=10",
                                "--gpu-growth-hours=6",
                                "--gpu-taken=2G",
                                "--gpu-unequal=50"))
                .as(err.toString())
                .isZero();
        assertThat(probe.gpu.noGpu).isTrue();
        assertThat(probe.interval).isEqualTo(Duration.ofMillis(100));
        assertThat(probe.thresholds)
                .isEqualTo(new GpuThresholds(
                        20, 90, 600, GpuThresholds.DEFAULTS.startUpSeconds(), 99, 6, 10, 2L << 30, 50));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--gpu-interval=0.05|gpu-interval: 0.05 (expected: 0.1-3600 seconds)",
                "--gpu-interval=3601|gpu-interval: 3601.0 (expected: 0.1-3600 seconds)",
                "--gpu-interval=NaN|gpu-interval: NaN (expected: 0.1-3600 seconds)",
                "--gpu-idle=0|gpu-idle: 0 (expected: 1-100 percent)",
                "--gpu-idle=95|gpu-idle: 95 (expected: less than gpu-saturated, which is 95)",
                "--gpu-saturated=101|gpu-saturated: 101 (expected: 1-100 percent)",
                "--gpu-sustained=0|gpu-sustained: 0 (expected: 1-86400 seconds)",
                "--gpu-full=-1|gpu-full: -1 (expected: 1-100 percent)",
                "--gpu-growth=1000|gpu-growth: 1000 (expected: 1-100 percent)",
                "--gpu-growth-hours=169|gpu-growth-hours: 169 (expected: 1-168 hours)",
                "--gpu-taken=half|gpu-taken: half (expected: such as 500M or 2G)",
                "--gpu-unequal=0|gpu-unequal: 0 (expected: 1-100 percent)"
            })
    void mistake_namesOptionAndExpectation(String argument, String message) {
        assertThat(line().execute(argument)).isEqualTo(2);
        assertThat(err).hasToString("gradwatch: " + message + "\n");
    }

    @Test
    void environment_isTheOptionsTwin() throws Exception {
        Path library = Files.createFile(folder.resolve("libnvidia-ml.so.1"));
        CommandLine line = line();
        line.setDefaultValueProvider(new EnvironmentDefaults(
                Map.of("GRADWATCH_NVML", library.toString(), "GRADWATCH_GPU_IDLE", "10", "GRADWATCH_NO_GPU", "1")));
        assertThat(line.execute()).isZero();
        assertThat(probe.gpu.nvml.library()).isEqualTo(library.toString());
        assertThat(probe.thresholds.idlePercent()).isEqualTo(10);
        assertThat(probe.gpu.noGpu).isTrue();
    }

    @Test
    void config_takesTheSameKeys() throws Exception {
        Path config = folder.resolve("collect.yaml");
        Files.writeString(config, "gpu-interval: 5\ngpu-taken: 1G\nnvml: libnvidia-ml.so.1\n");
        CommandLine top = CommandLines.of(new Top()).setErr(new PrintWriter(err, true));
        top.addSubcommand("probe", probe);
        String[] arguments = {"probe", "--config", config.toString()};
        ConfiguredDefaults.addTo(top, arguments, Map.of());
        assertThat(top.execute(arguments)).as(err.toString()).isZero();
        assertThat(probe.interval).isEqualTo(Duration.ofSeconds(5));
        assertThat(probe.thresholds.takenBytes()).isEqualTo(1L << 30);
        assertThat(probe.gpu.nvml.library()).isEqualTo("libnvidia-ml.so.1");
    }

    private CommandLine line() {
        return CommandLines.of(probe).setErr(new PrintWriter(err, true));
    }

    @Command(name = "top")
    private static final class Top {}

    @Command(name = "probe", mixinStandardHelpOptions = true)
    private static final class Probe implements Callable<Integer> {
        @Mixin
        private GpuOptions gpu = new GpuOptions();

        @CommandLine.Option(names = "--config")
        private Path config;

        private GpuThresholds thresholds;
        private Duration interval;

        @Override
        public Integer call() {
            thresholds = gpu.thresholds();
            interval = gpu.interval();
            return 0;
        }
    }
}
