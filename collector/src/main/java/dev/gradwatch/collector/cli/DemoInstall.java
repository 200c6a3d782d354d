package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.cli.child.Executable;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A virtual environment of the demo's own, with a torch for CPUs, for machines that have none. The plain package index is not asked: there the
 * same name takes gigabytes of CUDA.
 */
final class DemoInstall {
    /** PyTorch's own index of builds for CPUs. */
    private static final String INDEX = "https://download.pytorch.org/whl/cpu";

    private static final long VENV_MINUTES = 2;
    private static final long PIP_MINUTES = 20;

    private final Path cache;

    DemoInstall(Path cache) {
        this.cache = cache;
    }

    /** The Python of the environment, whether it exists or not. */
    Path python() {
        return folder().resolve("bin/python");
    }

    Path folder() {
        return cache.resolve("demo-venv");
    }

    /**
     * Makes the environment and installs torch into it; their progress goes to stderr. Two at once take turns.
     *
     * @throws IOException with what failed
     */
    void install(String basePython) throws IOException, InterruptedException {
        Executable.find(basePython);
        CacheFolder.create(cache);
        try (FileChannel lock = FileChannel.open(
                        cache.resolve("demo-venv.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock held = lock.lock()) {
            if (!held.isValid() || !Files.isExecutable(python())) {
                step("python venv", VENV_MINUTES, List.of(basePython, "-m", "venv", folder().toString()));
            }
            step("pip install torch", PIP_MINUTES, pip());
        }
    }

    private List<String> pip() {
        return List.of(
                python().toString(),
                "-m",
                "pip",
                "install",
                "--disable-pip-version-check",
                "--timeout",
                "15",
                "--retries",
                "1",
                "--index-url",
                INDEX,
                "torch",
                "numpy");
    }

    private static void step(String what, long minutes, List<String> command) throws IOException, InterruptedException {
        // Stdout is for the verdicts.
        List<String> words = new ArrayList<>(List.of("sh", "-c", "exec \"$0\" \"$@\" >&2"));
        words.addAll(command);
        Process process = new ProcessBuilder(words)
                .redirectOutput(Redirect.INHERIT)
                .redirectError(Redirect.INHERIT)
                .start();
        process.getOutputStream().close();
        if (!process.waitFor(minutes, TimeUnit.MINUTES)) {
            process.destroy();
            throw new IOException(what + ": no end in " + minutes + " minutes");
        }
        if (process.exitValue() != 0) {
            throw new IOException(what + " failed with status " + process.exitValue());
        }
    }
}
