package dev.gradwatch.collector.cli.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A collector in a process of its own, from the jar that this one runs from. Whoever starts it closes it. */
final class CollectorProcess implements AutoCloseable {
    private static final String LISTENING = "gradwatch: listening on ";
    private static final String SERVING = "gradwatch: serving ";

    private final Process process;
    private final InetSocketAddress reporters;
    private final URI http;
    private final long startNanos;

    private CollectorProcess(Process process, InetSocketAddress reporters, URI http, long startNanos) {
        this.process = process;
        this.reporters = reporters;
        this.http = http;
        this.startNanos = startNanos;
    }

    /**
     * Starts one and waits until it listens and serves.
     *
     * @throws IOException with what it said, where it does not come up
     */
    static CollectorProcess start(Path folder, int heapMegabytes) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heapMegabytes + "m",
                "-cp",
                classPath(),
                "dev.gradwatch.collector.cli.Gradwatch",
                "collect",
                "--listen",
                "127.0.0.1:0",
                "--http",
                "127.0.0.1:0",
                "--store",
                "jdbc:sqlite:" + folder.resolve("gradwatch.db")));
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().keySet().removeIf(name -> name.startsWith("GRADWATCH_"));
        builder.environment().put("XDG_STATE_HOME", folder.toString());
        long began = System.nanoTime();
        Process process = builder.start();
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
        InetSocketAddress reporters = null;
        URI http = null;
        StringBuilder said = new StringBuilder();
        while (reporters == null || http == null) {
            String line = lines.readLine();
            if (line == null) {
                process.destroyForcibly();
                throw new IOException(
                        "the collector did not come up: " + said.toString().strip());
            }
            said.append(line).append(' ');
            if (line.startsWith(LISTENING)) {
                int colon = line.lastIndexOf(':');
                reporters = new InetSocketAddress(
                        line.substring(LISTENING.length(), colon), Integer.parseInt(line.substring(colon + 1)));
            } else if (line.startsWith(SERVING)) {
                http = URI.create(line.substring(SERVING.length()).strip());
            }
        }
        long took = System.nanoTime() - began;
        Thread rest = new Thread(
                () -> lines.lines().forEach(line -> System.err.println("  collector: " + line)), "bench-said");
        rest.setDaemon(true);
        rest.start();
        return new CollectorProcess(process, reporters, http, took);
    }

    private static String classPath() throws IOException {
        try {
            Path own = Path.of(CollectorProcess.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return Files.isDirectory(own) ? System.getProperty("java.class.path") : own.toString();
        } catch (URISyntaxException e) {
            throw new IOException("the jar cannot be found", e);
        }
    }

    InetSocketAddress reporters() {
        return reporters;
    }

    URI http() {
        return http;
    }

    /** From its start until it listened and served. */
    long startNanos() {
        return startNanos;
    }

    /** Resident memory in bytes; -1 where the system does not say. */
    long residentBytes() {
        Path status = Path.of("/proc/" + process.pid() + "/status");
        try (var lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .map(line -> line.replaceAll("[^0-9]", ""))
                    .mapToLong(kilobytes -> Long.parseLong(kilobytes) * 1024)
                    .findFirst()
                    .orElse(-1);
        } catch (IOException | UncheckedIOException e) {
            return -1;
        }
    }

    /** Processor time that it has used, in nanoseconds. */
    long cpuNanos() {
        return process.info()
                .totalCpuDuration()
                .map(java.time.Duration::toNanos)
                .orElse(0L);
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(15, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
