package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.model.GpuDriver;
import dev.gradwatch.collector.model.GpuReading;
import dev.gradwatch.collector.sink.report.GpuJson;
import dev.gradwatch.collector.sink.terminal.GpuPrinter;
import dev.gradwatch.collector.sink.terminal.Terminal;
import dev.gradwatch.collector.source.gpu.GpuReader;
import dev.gradwatch.wire.HostName;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code gradwatch gpu}: this machine's GPUs and the processes on them. */
@Command(
        name = "gpu",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = {
            "This machine's GPUs and the processes on them, with the ranks and jobs that they are.",
            "Ranks and jobs are those of a running collector where one answers, else what the processes' environments say."
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:GPUs were shown.",
            "1:There is no GPU here, or no driver; what is printed says why.",
            "2:Bad usage."
        })
final class GpuCommand implements Callable<Integer> {
    private static final double MIN_SECONDS = 0.1;
    private static final double MAX_SECONDS = 3_600;
    private static final double MILLIS = 1e3;

    enum Format {
        TEXT,
        JSON
    }

    @Option(
            names = "--format",
            paramLabel = "text|json",
            defaultValue = "text",
            description =
                    "text is for people; json is what /api/gpus answers, in one line a reading with --watch. Default: text.")
    Format format = Format.TEXT;

    @Option(
            names = "--watch",
            arity = "0..1",
            paramLabel = "SECONDS",
            fallbackValue = "2",
            description = "Look again every so many seconds (2), until Ctrl-C.")
    private @Nullable Double watch;

    @Mixin
    NvmlOptions nvml = new NvmlOptions();

    @Mixin
    ApiOptions api = new ApiOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call
    CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (watch != null && !(watch >= MIN_SECONDS && watch <= MAX_SECONDS)) {
            throw new ParameterException(spec.commandLine(), "watch: " + watch + " (expected: 0.1-3600 seconds)");
        }
        KnownRanks ranks = KnownRanks.of(api);
        try (GpuReader reader = GpuReader.open(nvml.library(), HostName.ours(), Sidecar::nowMicros)) {
            GpuReading first = ranks.in(reader.read());
            GpuPages pages = pages();
            pages.print(first);
            if (!shows(first)) {
                return CommandLine.ExitCode.SOFTWARE;
            }
            if (watch != null) {
                goOn(reader, ranks, pages, (long) (watch * MILLIS));
            }
            return CommandLine.ExitCode.OK;
        }
    }

    /** Until Ctrl-C, which is how a watch ends, and so no failure. */
    private void goOn(GpuReader reader, KnownRanks ranks, GpuPages pages, long millis) throws InterruptedException {
        Thread stop = new Thread(() -> Runtime.getRuntime().halt(CommandLine.ExitCode.OK), "gradwatch-stop");
        Runtime.getRuntime().addShutdownHook(stop);
        try {
            CountDownLatch never = new CountDownLatch(1);
            while (!never.await(millis, TimeUnit.MILLISECONDS)) {
                pages.print(ranks.in(reader.read()));
            }
        } finally {
            Runtime.getRuntime().removeShutdownHook(stop);
        }
    }

    private GpuPages pages() {
        PrintWriter out = spec.commandLine().getOut();
        if (format == Format.JSON) {
            return new GpuPages(out, watch == null ? GpuJson::text : reading -> GpuJson.line(reading) + "\n", "", "");
        }
        GpuPrinter printer = new GpuPrinter(Terminal.ofStandardOutput(System.getenv()));
        boolean redraws = watch != null && Terminal.isStandardOutput();
        return new GpuPages(out, printer::table, redraws ? GpuPages.CLEAR : "", redraws ? GpuPages.CLEAR : "\n");
    }

    private static boolean shows(GpuReading reading) {
        return reading.driver().state() == GpuDriver.State.OK && !reading.gpus().isEmpty();
    }
}
