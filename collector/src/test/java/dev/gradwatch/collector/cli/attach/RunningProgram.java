package dev.gradwatch.collector.cli.attach;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/** A process to be attached to, with its stdout to read; one that is a JVM is ready when this is. */
public final class RunningProgram implements AutoCloseable {
    private final Process process;
    private final BufferedReader lines;
    private final @Nullable Path jar;

    private RunningProgram(List<String> command, @Nullable Path jar) throws IOException {
        this.jar = jar;
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        lines = process.inputReader(StandardCharsets.UTF_8);
    }

    public static RunningProgram jvm(String... options) throws IOException {
        // The class path must not hold the agent, whose jar a JVM does not open then.
        Path jar = Files.createTempFile("program-", ".jar");
        StandInAgent.write(jar, new Manifest(), WaitingProgram.class);
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + "/bin/java");
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", jar.toString(), WaitingProgram.class.getName(), "Train"));
        RunningProgram program = new RunningProgram(command, jar);
        String first = program.line();
        if (!first.startsWith("ready")) {
            throw new IOException("first line: " + first + " (expected: ready)");
        }
        return program;
    }

    public static RunningProgram of(String... command) throws IOException {
        return new RunningProgram(List.of(command), null);
    }

    public String line() throws IOException {
        return String.valueOf(lines.readLine());
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Closes its stdin, at which it ends. */
    public void end() throws IOException {
        process.getOutputStream().close();
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        if (jar != null) {
            Files.delete(jar);
        }
    }
}
