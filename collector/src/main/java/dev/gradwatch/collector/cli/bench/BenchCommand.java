package dev.gradwatch.collector.cli.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gradwatch bench}: what README's figures come from. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Puts load on a real collector in a process of its own, and measures what it answers meanwhile.",
            "Makes a store of ended jobs, starts the collector on it, connects ranks that step, asks for lists and jobs, and times alerts from the end of a backward pass to an SSE client."
        })
public final class BenchCommand implements Callable<Integer> {
    private static final long MEGABYTE = 1 << 20;
    private static final double SECOND = 1e9;

    @Option(names = "--stored-jobs", defaultValue = "1000", description = "Ended jobs in the store (${DEFAULT-VALUE}).")
    int storedJobs;

    @Option(
            names = "--stored-megabytes",
            defaultValue = "1024",
            description = "How large the store is made (${DEFAULT-VALUE}).")
    int storedMegabytes;

    @Option(names = "--jobs", defaultValue = "100", description = "Jobs that run (${DEFAULT-VALUE}).")
    int jobs;

    @Option(names = "--ranks", defaultValue = "64", description = "Ranks of each (${DEFAULT-VALUE}).")
    int ranks;

    @Option(
            names = "--parameters",
            defaultValue = "300",
            description = "Parameter tensors of its model (${DEFAULT-VALUE}).")
    int parameters;

    @Option(
            names = "--rate",
            defaultValue = "1",
            description = "Steps a second of each rank under load (${DEFAULT-VALUE}).")
    double rate;

    @Option(names = "--seconds", defaultValue = "30", description = "How long to ask (${DEFAULT-VALUE}).")
    int seconds;

    @Option(
            names = "--alerts",
            defaultValue = "100",
            description = "Alerts to time, with so many ranks at 10 steps a second (${DEFAULT-VALUE}).")
    int alerts;

    @Option(
            names = "--heap",
            defaultValue = "256",
            description = "The collector's heap in megabytes (${DEFAULT-VALUE}).")
    int heapMegabytes;

    @Option(
            names = "--folder",
            paramLabel = "DIR",
            description = "Where the store is made and kept; without it, a temporary one.")
    @Nullable
    Path folder;

    @Option(names = "--verbose", description = "Add the stack trace to an error.")
    boolean verbose;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path at = folder == null ? Files.createTempDirectory("gradwatch-bench") : Files.createDirectories(folder);
        try {
            run(at);
        } finally {
            if (folder == null) {
                remove(at);
            }
        }
        return 0;
    }

    private void run(Path at) throws IOException, InterruptedException {
        StoreFill fill = new StoreFill(storedJobs, storedMegabytes * MEGABYTE);
        say("store: " + fill.into(at, this::say));
        LoadModel model = new LoadModel(parameters);
        try (CollectorProcess collector = CollectorProcess.start(at, heapMegabytes)) {
            say("start: %.2f s until it listened and served", collector.startNanos() / SECOND);
            if (alerts > 0) {
                say("alerts: " + new AlertLatency(collector, model, ranks).measure(alerts, this::say));
            }
            if (jobs > 0) {
                underLoad(collector, model);
            }
        }
    }

    private void underLoad(CollectorProcess collector, LoadModel model) throws IOException, InterruptedException {
        try (LoadRanks load = new LoadRanks(collector.reporters(), model)) {
            List<LoadRanks.Job> running = new ArrayList<>();
            long began = System.nanoTime();
            for (int i = 0; i < jobs; i++) {
                running.add(load.start("load-" + i, ranks, rate));
            }
            say(
                    "load: %d ranks of %d jobs connected in %.1f s",
                    jobs * ranks, jobs, (System.nanoTime() - began) / SECOND);
            ApiLatency api = new ApiLatency(collector.http(), jobs);
            // The first answers compile what the others run.
            api.measure(TimeUnit.SECONDS.toNanos(Math.min(10, seconds)));
            long sent = load.sent();
            long cpu = collector.cpuNanos();
            began = System.nanoTime();
            ApiLatency measured = new ApiLatency(collector.http(), jobs);
            measured.measure(TimeUnit.SECONDS.toNanos(seconds));
            double took = (System.nanoTime() - began) / SECOND;
            say(
                    "while %.0f steps/s came in (%d left out, %d connections lost), the collector used %.2f cores and %d MB:",
                    (load.sent() - sent) / took,
                    load.dropped(),
                    load.lost(),
                    (collector.cpuNanos() - cpu) / SECOND / took,
                    collector.residentBytes() / MEGABYTE);
            measured.lines().forEach(this::say);
            load.closing();
            running.forEach(LoadRanks.Job::end);
        }
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private void say(String format, Object... values) {
        say(String.format(Locale.ROOT, format, values));
    }

    private void say(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }
}
