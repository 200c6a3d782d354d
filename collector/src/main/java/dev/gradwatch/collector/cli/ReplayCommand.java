package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.pipeline.Jobs;
import dev.gradwatch.collector.sink.report.ReportFile;
import dev.gradwatch.collector.sink.terminal.Terminal;
import dev.gradwatch.collector.sink.terminal.VerdictPrinter;
import dev.gradwatch.collector.source.recording.RecordingReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code replay FILE}: a recorded run through the same analysis, to the same verdict. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description =
                "Feeds a recorded run through the same analysis, prints its verdict, and shows it on the page where asked.")
final class ReplayCommand implements Callable<Integer> {
    private static final String HTTP = "--http";

    @Parameters(paramLabel = "FILE", description = "A recording written by --record; .gz is read as such.")
    Path file = Path.of("");

    @Option(
            names = "--report",
            paramLabel = "FILE.json",
            description = "Write the report there; a folder takes one file a job.")
    @Nullable
    Path report;

    /** Its twin in the environment is other commands': a replay that never ends has to be asked for. */
    @Option(
            names = HTTP,
            arity = "0..1",
            fallbackValue = "",
            paramLabel = "HOST:PORT",
            description = "After the verdict, show the run on the page until Ctrl-C. Without an address: "
                    + PageOptions.DEFAULT_HTTP + ", or a free port where that is taken.")
    @Nullable
    String http;

    @Option(names = "--verbose", description = "Add the stack trace to an error.")
    boolean verbose;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call
    CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Playback playback = new Playback();
        PageOptions page = page();
        if (page == null) {
            feed(playback);
            return CommandLine.ExitCode.OK;
        }
        try (Showcase showcase = Showcase.open(playback::show, page)) {
            feed(playback);
            showcase.stay(() -> spec.commandLine()
                    .getErr()
                    .println("gradwatch: the page: " + showcase.page().url() + "  (Ctrl-C ends it)"));
        }
        return CommandLine.ExitCode.OK;
    }

    /** Null where none was asked for. */
    private @Nullable PageOptions page() {
        if (http == null || !spec.commandLine().getParseResult().hasMatchedOption(HTTP)) {
            return null;
        }
        try {
            return PageOptions.at(http.isEmpty() ? null : new AddressConverter().convert(http));
        } catch (TypeConversionException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private void feed(Playback playback) throws IOException {
        try (RecordingReader reader = RecordingReader.open(file, this::complain)) {
            playback.feed(reader);
            if (reader.badLines() > 0) {
                complain(reader.badLines() + " lines skipped");
            }
        }
        tell(playback.jobs());
    }

    private void tell(Jobs jobs) throws IOException {
        List<String> ids = jobs.ids();
        if (ids.isEmpty()) {
            throw new IOException(file + " holds no job (expected: at least one rank that joined)");
        }
        boolean folder = report != null && Files.isDirectory(report);
        if (report != null && !folder && ids.size() > 1) {
            throw new IOException(
                    "report: " + report + " for " + ids.size() + " jobs (expected: a folder that exists)");
        }
        VerdictPrinter printer = new VerdictPrinter(Terminal.ofStandardOutput(System.getenv()));
        for (String id : ids) {
            JobReport found = jobs.report(id).orElseThrow();
            Path written = report == null ? null : folder ? ReportFile.of(report, id) : report;
            if (written != null) {
                ReportFile.write(found, written);
            }
            spec.commandLine().getOut().print(printer.verdict(found, written == null ? null : written.toString()));
        }
        spec.commandLine().getOut().flush();
    }

    private void complain(String line) {
        spec.commandLine().getErr().println("gradwatch: " + file + ": " + line);
    }
}
