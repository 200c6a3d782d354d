package dev.gradwatch.collector.bench;

import dev.gradwatch.collector.source.gpu.GpuReader;
import dev.gradwatch.collector.source.gpu.NvmlStandIn;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What a reading of eight GPUs with four processes each costs, as the share of a core at one reading a second: in the first minute, when little is
 * compiled, and after a thousand readings. NVML is the stand-in, so what the real one and the kernel do comes on top; reading {@code /proc} is real.
 */
public final class GpuReadBenchmark {
    private static final int GPUS = 8;
    private static final int PROCESSES = 4;
    private static final int MINUTE = 60;
    private static final int SETTLED = 1_000;
    private static final double NANOS_PER_PERCENT = 1e9 / 100;

    private GpuReadBenchmark() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createTempDirectory("gradwatch-gpu-");
        List<Process> children = new ArrayList<>();
        try {
            List<String> script = new ArrayList<>(NvmlStandIn.gpus(GPUS));
            for (int i = 0; i < GPUS * PROCESSES; i++) {
                Process child = new ProcessBuilder("sleep", "600").start();
                children.add(child);
                script.add("process " + i / PROCESSES + " " + child.pid() + " 1073741824 compute");
            }
            NvmlStandIn standIn = NvmlStandIn.in(folder);
            standIn.says(script);
            try (GpuReader reader = GpuReader.open(standIn.file().toString(), "bench", () -> 1)) {
                say("first reading, with loading", nanos(reader, 1));
                say("first minute", nanos(reader, MINUTE));
                nanos(reader, SETTLED);
                say("settled", nanos(reader, SETTLED));
            }
        } finally {
            children.forEach(Process::destroyForcibly);
            delete(folder);
        }
    }

    private static long nanos(GpuReader reader, int readings) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long began = threads.getCurrentThreadCpuTime();
        for (int i = 0; i < readings; i++) {
            if (reader.read().gpus().size() != GPUS) {
                throw new IllegalStateException("gpus: missing (expected: " + GPUS + ")");
            }
        }
        return (threads.getCurrentThreadCpuTime() - began) / readings;
    }

    private static void say(String what, long nanos) {
        System.out.printf(
                Locale.ROOT,
                "%s: %.2f ms a reading, %.3f %% of a core at one a second%n",
                what,
                nanos / 1e6,
                nanos / NANOS_PER_PERCENT);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
