package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.model.FlagCost;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.Severity;
import dev.gradwatch.collector.sink.report.ReportFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where {@code run} leaves its report: in the file that was asked for; else, where something is wrong, in the working folder. */
record RunReport(@Nullable Path asked) {
    static final String DEFAULT_FILE = "gradwatch-report.json";

    /** A job that ran for days must not find at its end that its report has no place. */
    static void check(@Nullable Path asked) throws IOException {
        if (asked == null) {
            return;
        }
        Path folder = asked.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(asked)) {
            throw new IOException("report: " + asked + " (expected: a file in a folder that exists)");
        }
        if (!Files.isWritable(Files.exists(asked) ? asked : folder)) {
            throw new IOException("report: " + asked + " (expected: a file that can be written)");
        }
    }

    /** @return the file's name as a person would type it; null where none was written, which is said where one was asked for */
    @Nullable
    String write(JobReport report, @Nullable FlagCost flagCost) {
        if (asked == null
                && report.findings().stream().noneMatch(f -> f.severity().compareTo(Severity.WARNING) >= 0)) {
            return null;
        }
        Path file = asked == null ? Path.of(DEFAULT_FILE) : asked;
        try {
            ReportFile.write(report, flagCost, file);
            return file.toString();
        } catch (IOException e) {
            if (asked != null) {
                System.err.println("gradwatch: " + e.getMessage());
            }
            return null;
        }
    }
}
