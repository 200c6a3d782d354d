package dev.gradwatch.collector.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The real program in a Java of its own, for what only a process of its own can show: signals, streams, exit status. */
final class ForkedGradwatch implements AutoCloseable {
    private final Process process;
    private final BufferedReader lines;
    private final StringBuffer said = new StringBuffer();
    private final CompletableFuture<String> errors;

    private ForkedGradwatch(Process process) {
        this.process = process;
        this.lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.errors = CompletableFuture.supplyAsync(this::readErrors);
    }

    private String readErrors() {
        try (BufferedReader reader = process.errorReader(StandardCharsets.UTF_8)) {
            char[] buffer = new char[8192];
            for (int count = reader.read(buffer); count >= 0; count = reader.read(buffer)) {
                said.append(buffer, 0, count);
            }
        } catch (IOException e) {
            said.append(e);
        }
        return said.toString();
    }

    static ForkedGradwatch start(Path home, String... arguments) throws IOException {
        return start(home, Map.of(), arguments);
    }

    /** @param home where it keeps its cache, and its working folder */
    static ForkedGradwatch start(Path home, Map<String, String> environment, String... arguments) throws IOException {
        return start(javaCommand(), home, environment, arguments);
    }

    /** @param build a folder that the program finds its resources in first, as if they had been built in */
    static ForkedGradwatch startWith(Path build, Path home, Map<String, String> environment, String... arguments)
            throws IOException {
        List<String> command = javaCommand();
        command.replaceAll(word -> word.equals(System.getProperty("java.class.path")) ? build + ":" + word : word);
        return start(command, home, environment, arguments);
    }

    private static ForkedGradwatch start(
            List<String> command, Path home, Map<String, String> environment, String... arguments) throws IOException {
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(home.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("GRADWATCH_"));
        builder.environment().put("XDG_CACHE_HOME", home + "/cache");
        builder.environment().put("XDG_STATE_HOME", home + "/state");
        builder.environment().putAll(environment);
        return new ForkedGradwatch(builder.start());
    }

    static List<String> javaCommand() {
        return new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Gradwatch.class.getName()));
    }

    Process process() {
        return process;
    }

    OutputStream input() {
        return process.getOutputStream();
    }

    String line() throws IOException {
        return String.valueOf(lines.readLine());
    }

    /** What is left of its stdout. */
    String output() throws IOException {
        StringBuilder text = new StringBuilder();
        char[] buffer = new char[8192];
        for (int count = lines.read(buffer); count >= 0; count = lines.read(buffer)) {
            text.append(buffer, 0, count);
        }
        return text.toString();
    }

    /** Its stderr up to now. */
    String errorsSoFar() {
        return said.toString();
    }

    /** All of its stderr, once it ended. */
    String errors() {
        return errors.join();
    }

    int status() throws InterruptedException {
        return process.waitFor();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
