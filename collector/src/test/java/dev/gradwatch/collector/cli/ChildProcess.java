package dev.gradwatch.collector.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Gradwatch's own command line in a JVM of its own, for what one cannot do to the test's: signals and exit statuses. */
final class ChildProcess implements AutoCloseable {
    private static final long LIMIT_SECONDS = 60;

    private final Process process;
    private final Path state;
    private final BufferedReader out;
    private final BufferedReader err;

    ChildProcess(Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Gradwatch.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith(EnvironmentDefaults.PREFIX));
        // Neither the user's own state nor a collector of theirs is the test's.
        state = Files.createTempDirectory("gradwatch-state");
        builder.environment().put("XDG_STATE_HOME", state.toString());
        builder.environment().put("GRADWATCH_HTTP", "127.0.0.1:0");
        builder.environment().putAll(environment);
        process = builder.start();
        out = process.inputReader(StandardCharsets.UTF_8);
        err = process.errorReader(StandardCharsets.UTF_8);
    }

    /** The next line of standard error that holds the text; what comes before it is passed over. */
    String errLine(String holding) throws IOException {
        return line(err, holding);
    }

    String outLine(String holding) throws IOException {
        return line(out, holding);
    }

    private static String line(BufferedReader from, String holding) throws IOException {
        StringBuilder before = new StringBuilder();
        for (String line = from.readLine(); line != null; line = from.readLine()) {
            if (line.contains(holding)) {
                return line;
            }
            before.append(line).append('\n');
        }
        throw new AssertionError("no line with " + holding + " in:\n" + before);
    }

    String restOfErr() {
        return String.join("\n", err.lines().toList());
    }

    String restOfOut() {
        return String.join("\n", out.lines().toList());
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    int exitStatus() throws InterruptedException {
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("no end in " + LIMIT_SECONDS + " s");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
            try (Stream<Path> files = Files.walk(state)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
