package dev.gradwatch.collector.jobs;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A real process of a test, its output kept in a file. */
public final class Launched implements AutoCloseable {
    /**
     * What gloo's threads print where they outlive the interpreter: on a loaded machine torch 2.13 now and then aborts a job that has done all its
     * work, also without Gradwatch.
     */
    public static final String TORCHS_ABORT = "terminate called without an active exception";

    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    /** What a python's path must begin with for the reporter to be injected. */
    public static final String INJECTED =
            ROOT.resolve("agent/python/src/gradwatch/inject") + ":" + ROOT.resolve("agent/python/src");

    public static final Path JOBS = Path.of("src/test/resources/ddp").toAbsolutePath();
    private static final long SECONDS = 180;

    private final Process process;
    private final Path output;

    private Launched(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    public static Launched start(Path output, Map<String, String> environment, List<String> command)
            throws IOException {
        return start(output, null, environment, command);
    }

    /**
     * Starts a process.
     *
     * @param errors where its standard error goes; null where that is part of its output
     */
    static Launched start(Path output, @Nullable Path errors, Map<String, String> environment, List<String> command)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(output.getParent().toFile())
                .redirectErrorStream(errors == null)
                .redirectOutput(output.toFile());
        if (errors != null) {
            builder.redirectError(errors.toFile());
        }
        builder.environment().put("OMP_NUM_THREADS", "1");
        builder.environment()
                .put("XDG_STATE_HOME", output.getParent().resolve("state").toString());
        builder.environment().putAll(environment);
        return new Launched(builder.start(), output);
    }

    /** The launcher at the repository's root. */
    public static String gradwatch() {
        return ROOT.resolve("gradwatch").toString();
    }

    /** The python that an environment variable names; the test is aborted where it names none. */
    public static String python(String variable, String torch) {
        String python = System.getenv(variable);
        return python != null
                ? python
                : abort(variable + " is not set (expected: a python that has torch " + torch + ")");
    }

    public static String freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return Integer.toString(socket.getLocalPort());
        }
    }

    /** Its exit status. */
    public int await() throws IOException, InterruptedException {
        if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("no end in " + SECONDS + " s: " + printed());
        }
        return process.exitValue();
    }

    public String printed() throws IOException {
        return Files.readString(output);
    }

    public boolean hasPrinted(String text) {
        try {
            return printed().contains(text);
        } catch (IOException e) {
            return false;
        }
    }

    /** A line on its standard input. */
    void answer() throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
    }

    long pid() {
        return process.pid();
    }

    boolean isRunning() {
        return process.isAlive();
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    public void stop() {
        process.destroy();
    }

    /** Once it is gone: its folder may be removed. */
    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        process.onExit().join();
    }
}
