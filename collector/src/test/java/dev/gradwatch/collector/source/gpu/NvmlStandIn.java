package dev.gradwatch.collector.source.gpu;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A libnvidia-ml that says what a script says; see {@code src/test/c/nvml_standin.c} for the script. Each has a file, a state and counts of its own. Where
 * there is no C compiler, the test is aborted with that reason.
 */
public final class NvmlStandIn {
    /** Which functions there are. */
    public enum Level {
        /** Those of driver 390. */
        OLD(1),
        /** Those of driver 470. */
        MIDDLE(2),
        NEW(3);

        private final int number;

        Level(int number) {
            this.number = number;
        }
    }

    private static final Path SOURCE = Path.of("src/test/c/nvml_standin.c");
    private static final Map<Level, Path> COMPILED = new EnumMap<>(Level.class);

    private final Path file;
    private final NativeLibrary opened;

    private NvmlStandIn(Path file, NativeLibrary opened) {
        this.file = file;
        this.opened = opened;
    }

    /** @param folder of the test, in which nothing else is called {@code libnvidia-ml.so.1} */
    public static NvmlStandIn in(Path folder) throws IOException {
        return in(folder, Level.NEW);
    }

    public static NvmlStandIn in(Path folder, Level level) throws IOException {
        Path file = Files.copy(compiled(level), folder.resolve("libnvidia-ml.so.1"));
        // By another name, so that a reader that unloads the library takes neither the counts nor the state from under
        // us.
        Path other = Files.createSymbolicLink(folder.resolve("libnvidia-ml.so.counts"), file);
        NvmlStandIn standIn = new NvmlStandIn(file, NativeLibrary.getInstance(other.toString()));
        standIn.opened.getFunction("standin_script").invokeVoid(new Object[] {file + ".script"});
        return standIn;
    }

    private static Path compiled(Level level) throws IOException {
        synchronized (COMPILED) {
            Path done = COMPILED.get(level);
            if (done == null) {
                done = Files.createTempFile("nvml-standin", ".so");
                done.toFile().deleteOnExit();
                compile(
                        SOURCE,
                        done,
                        "-DLEVEL=" + level.number,
                        "-Wl,-soname,libnvidia-ml-standin.so",
                        "-ldl",
                        "-lpthread");
                COMPILED.put(level, done);
            }
            return done;
        }
    }

    /** Compiles a shared library. */
    static void compile(Path source, Path to, String... options) throws IOException {
        List<String> command = Stream.concat(
                        Stream.of("cc", "-shared", "-fPIC", "-O1", "-o", to.toString(), source.toString()),
                        Stream.of(options))
                .toList();
        Process compiler;
        try {
            compiler = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            assumeTrue(false, "no C compiler here (expected: cc on the PATH): " + e.getMessage());
            return;
        }
        String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (compiler.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + ": " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /** The library's file, for {@code --nvml}. */
    public Path file() {
        return file;
    }

    /** What it says from now on. */
    public void says(String... lines) throws IOException {
        says(List.of(lines));
    }

    public void says(List<String> lines) throws IOException {
        Path written = Files.write(file.resolveSibling("script.new"), lines);
        Files.move(
                written,
                Path.of(file + ".script"),
                StandardCopyOption.REPLACE_EXISTING,
                StandardCopyOption.ATOMIC_MOVE);
    }

    /** How often a function was called, by its whole name. */
    public int count(String function) {
        return opened.getFunction("standin_count").invokeInt(new Object[] {function});
    }

    /** The driver is loaded again: NVML is no longer initialised. */
    public void reload() {
        opened.getFunction("standin_reload").invokeVoid(new Object[0]);
    }

    /** A line for each size and offset of its structs. */
    String layouts() {
        return opened.getFunction("standin_layouts").invokeString(new Object[0], false);
    }

    /** A driver with so many GPUs that have everything, and run nothing. */
    public static List<String> gpus(int count) {
        return Stream.concat(
                        Stream.of("driver 550.54.15", "nvml 12.550.54.15"),
                        IntStream.range(0, count).boxed().flatMap(NvmlStandIn::gpu))
                .toList();
    }

    private static Stream<String> gpu(int i) {
        return Stream.of(
                "device " + i + " " + uuid(i) + " 00000000:" + String.format("%02X", 0x3B + i)
                        + ":00.0 NVIDIA H100 80GB HBM3",
                "memory " + i + " 85520809984 675282944 1073741824",
                "util " + i + " 93 40",
                "temp " + i + " 64",
                "power " + i + " 512345",
                "limit " + i + " 700000",
                "clock " + i + " 1755 2619 1980 2620",
                "throttle " + i + " 0x4",
                "ecc " + i + " 3 0",
                "rows " + i + " 0",
                "pcie " + i + " 5 16 5 16",
                "traffic " + i + " 1200 3400",
                "nvlink " + i + " 18 18",
                "mig " + i + " 0",
                "putil " + i + " 1 0 1");
    }

    public static String uuid(int index) {
        return String.format("GPU-8a56b0f0-0000-0000-0000-%012d", index);
    }
}
