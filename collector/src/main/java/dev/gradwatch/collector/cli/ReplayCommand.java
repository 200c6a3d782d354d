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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code replay FILE}: a recorded run through the same analysis, to the same verdict. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = "Feed a recorded run through the same analysis and print its verdict.")
final class ReplayCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "A recording written by --record; .gz is read as such.")
    Path file = Path.of("");

    @Option(
            names = "--report",
            paramLabel = "FILE.json",
            description = "Write the report there; a folder takes one file a job.")
    @Nullable
    Path report;

    @Option(names = "--verbose", description = "Add the stack trace to an error.")
    boolean verbose;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call
    CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Jobs jobs;
        try (RecordingReader reader = RecordingReader.open(file, this::complain)) {
            jobs = jobs(reader);
            if (reader.badLines() > 0) {
                complain(reader.badLines() + " lines skipped");
            }
        }
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
        return CommandLine.ExitCode.OK;
    }

    /** All that a recording holds, folded into jobs of its own. */
    static Jobs jobs(RecordingReader reader) throws IOException {
        Jobs jobs = new Jobs();
        reader.readAll(jobs);
        return jobs;
    }

    private void complain(String line) {
        spec.commandLine().getErr().println("gradwatch: " + file + ": " + line);
    }
}
