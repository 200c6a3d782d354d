package dev.gradwatch.collector.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** By which library GPUs are read. */
final class NvmlOptions {
    @Option(
            names = "--nvml",
            paramLabel = "FILE",
            description = "NVIDIA's libnvidia-ml, where it is not where the system looks for libraries.")
    private @Nullable String nvml;

    /** The library's file or name; null for the one that the system finds. That there is none is told by the reading. */
    @Nullable
    String library() {
        if (nvml == null || nvml.isBlank()) {
            return null;
        }
        String given = nvml.strip();
        return Files.exists(Path.of(given)) ? Path.of(given).toAbsolutePath().toString() : given;
    }
}
