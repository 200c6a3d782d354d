package dev.gradwatch.collector.jobs;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;

/** The jobs of {@code djl/Jobs.java} as commands of a real JVM with a real DJL, whose jars Maven left beside the build. */
public final class DjlJobs {
    public static final String NEWEST = "0.35.1";
    static final String OLDEST = "0.28.0";

    public static final Path SOURCE =
            Path.of("src/test/resources/djl/Jobs.java").toAbsolutePath();
    public static final Path AGENT = Launched.ROOT.resolve("agent/target/gradwatch-agent.jar");

    /** The module's own artifact, which brings nothing of what the agent needs. */
    static final Path THIN_AGENT = Launched.ROOT.resolve("agent/target/gradwatch-agent-0.1.0.jar");

    private static final Path FOLDER = Path.of("target/djl").toAbsolutePath();

    private DjlJobs() {}

    /** The Java that runs this test. */
    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** DJL's jars; the test is aborted on a machine that its native code does not fit. */
    public static List<Path> jars(String version) throws IOException {
        String machine = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        if (!machine.equals("Linux amd64")) {
            return abort(
                    machine + " (expected: Linux amd64, which the native code of DJL that the build fetches is for)");
        }
        List<Path> jars = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(FOLDER.resolve(version), "*.jar")) {
            files.forEach(jars::add);
        }
        return jars;
    }

    /** Compiles sources for Java 11 into a folder, which is returned. */
    public static Path compile(Path into, List<String> options, Path... sources) {
        List<String> arguments =
                new ArrayList<>(List.of("--release", "11", "-Xlint:all,-requires-automatic", "-d", into.toString()));
        arguments.addAll(options);
        Arrays.stream(sources).map(Path::toString).forEach(arguments::add);
        int status = ToolProvider.findFirst("javac")
                .orElseThrow()
                .run(System.out, System.err, arguments.toArray(String[]::new));
        if (status != 0) {
            throw new AssertionError("javac " + arguments + " (expected: status 0, is " + status + ")");
        }
        return into;
    }

    /** A collector for such jobs alone: reporters and reports, nothing else. */
    public static List<String> collector(String address, Path reports) {
        return List.of(
                Launched.gradwatch(),
                "collect",
                "--no-http",
                "--no-gpu",
                "--listen",
                address,
                "--report",
                reports.toString());
    }

    public static String path(List<Path> entries) {
        return entries.stream().map(Path::toString).collect(Collectors.joining(":"));
    }

    /** What every JVM of a test is given: a start that is quick, and DJL's native code unpacked once beside the build, not in the home folder. */
    static List<String> options() {
        return List.of(
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dai.djl.offline=true",
                "-DDJL_CACHE_DIR=" + FOLDER.resolve("native"));
    }

    /** {@code java OPTIONS -cp CLASSES:DJL MAIN ARGUMENTS}. */
    public static List<String> command(String version, Path classes, String... arguments) throws IOException {
        List<Path> entries = new ArrayList<>(List.of(classes));
        entries.addAll(jars(version));
        List<String> command = new ArrayList<>(List.of(java()));
        command.addAll(options());
        command.addAll(List.of("-cp", path(entries)));
        command.addAll(List.of(arguments));
        return command;
    }
}
