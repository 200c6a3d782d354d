package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.sink.terminal.Terminal;
import dev.gradwatch.collector.sink.terminal.VerdictPrinter;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code gradwatch demo}: a real job that dies of an unused head, its verdict, and the same job with the fix. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = {
            "Runs a real training job of two ranks that dies of an unused head, says why, and runs it again with the fix.",
            "Without a Python that has torch it installs one for CPUs into a folder of its own; where that cannot be, it replays"
                    + " recorded runs.",
            "Then the page shows both, until Ctrl-C."
        })
final class DemoCommand implements Callable<Integer> {
    @Option(
            names = "--python",
            paramLabel = "PROGRAM",
            description = "A Python that has torch, to be tried before python3 and python on PATH and the demo's own.")
    @Nullable
    String python;

    @Option(names = "--replay", description = "Replay the recorded runs, and start nothing.")
    boolean replay;

    @Option(
            names = "--http",
            paramLabel = "HOST:PORT",
            converter = AddressConverter.class,
            description = "Where the page is served. Without it: " + PageOptions.DEFAULT_HTTP
                    + ", or a free port where that is taken.")
    @Nullable
    InetSocketAddress http;

    @Option(names = "--no-http", description = "Serve no page, and end after the verdicts.")
    boolean noHttp;

    @Option(names = "--verbose", description = "Add the stack trace to an error.")
    boolean verbose;

    private final PrintStream out = System.out;

    @Override
    public Integer call() throws IOException, InterruptedException {
        DemoPython found = replay ? null : python();
        if (found == null) {
            say("replaying two runs that were recorded with torch " + DemoReplay.TORCH + "; nothing is started here");
        }
        try (DemoRuns runs = found == null ? new DemoReplay() : DemoJobs.start(found, this::say);
                Showcase showcase = noHttp ? null : Showcase.open(runs::show, PageOptions.at(http))) {
            if (!play(runs)) {
                return CommandLine.ExitCode.SOFTWARE;
            }
            say("now yours: gradwatch run -- torchrun --nproc-per-node 2 train.py");
            if (showcase != null) {
                showcase.stay(() -> say("the page: " + showcase.page().url() + "  (Ctrl-C ends it)"));
            }
        }
        return CommandLine.ExitCode.OK;
    }

    /** Whether both runs showed what they should. */
    private boolean play(DemoRuns runs) throws IOException, InterruptedException {
        say("1. train.py, a small U-Net on two ranks, whose loss gives the coarsest head the weight 0");
        JobReport died = verdict(runs.died());
        say("2. the same job with the fix that Gradwatch advises: the weight 1e-6 instead of 0");
        JobReport fixed = verdict(runs.fixed());
        List<String> surprises = new ArrayList<>(DemoPromise.ofDied(died));
        surprises.addAll(DemoPromise.ofFixed(fixed));
        surprises.forEach(surprise -> say("not as promised: " + surprise));
        return surprises.isEmpty();
    }

    private @Nullable DemoPython python() throws InterruptedException {
        DemoInstall install = new DemoInstall(CacheFolder.of(System.getenv()));
        List<String> candidates = new ArrayList<>(List.of("python3", "python"));
        if (python != null) {
            candidates.add(0, python);
        }
        if (Files.isExecutable(install.python())) {
            candidates.add(install.python().toString());
        }
        say("looking for a Python that has torch");
        DemoPython found = DemoPython.first(candidates);
        return found == null ? installed(install) : found;
    }

    private @Nullable DemoPython installed(DemoInstall install) throws InterruptedException {
        say("there is none: installing torch for CPUs, some 200 MB, into " + install.folder());
        try {
            install.install("python3");
        } catch (IOException e) {
            say("that did not work: " + e.getMessage());
            return null;
        }
        return DemoPython.first(List.of(install.python().toString()));
    }

    private JobReport verdict(JobReport report) {
        out.println();
        out.print(new VerdictPrinter(Terminal.ofStandardOutput(System.getenv())).verdict(report, null));
        out.println();
        out.flush();
        return report;
    }

    private void say(String line) {
        out.println("gradwatch demo: " + line);
        out.flush();
    }
}
