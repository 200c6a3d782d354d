package dev.gradwatch.collector.sink.report;

import dev.gradwatch.collector.model.FlagCost;
import dev.gradwatch.collector.model.JobReport;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Puts a report into a file, whole or not at all: a reader that polls the file never sees half of one. */
public final class ReportFile {
    /** A file's name on common file systems holds 255 bytes; this leaves room for endings. */
    private static final int MAX_NAME_CHARS = 120;

    /**
     * Writes the report beside the file and moves it into place; an earlier report is replaced.
     *
     * @throws IOException in one line, with the file and what is expected of it
     */
    public static void write(JobReport report, Path file) throws IOException {
        write(report, null, file);
    }

    /** As {@link #write(JobReport, Path)}, with what {@code find_unused_parameters} costs the job; null where that is not known. */
    public static void write(JobReport report, @Nullable FlagCost flagCost, Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || Files.isDirectory(file)) {
            throw new IOException("report: " + file + " is a folder (expected: a file)");
        }
        if (!Files.isDirectory(folder)) {
            throw new IOException(
                    "report: " + file + ": its folder is missing (expected: a file in a folder that exists)");
        }
        // Not Files.createTempFile, which gives a mode of 0600: a report may be read by whom the umask lets.
        Path part = folder.resolve(
                "." + file.getFileName() + "." + ProcessHandle.current().pid() + ".part");
        try {
            Files.writeString(
                    part,
                    ReportJson.text(report, flagCost),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE);
            move(part, file);
        } catch (IOException e) {
            Files.deleteIfExists(part);
            throw new IOException("report: " + file + ": " + reason(e) + " (expected: a file that can be written)", e);
        }
    }

    private static void move(Path part, Path file) throws IOException {
        try {
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof FileSystemException files && files.getReason() != null) {
            return files.getReason();
        }
        return String.valueOf(e.getMessage());
    }

    /**
     * The file of a job inside a folder. Letters, digits, dot, dash and underscore stay; every other character becomes an underscore, and then a hash of
     * the id keeps two jobs apart.
     */
    public static Path of(Path folder, String job) {
        String safe = job.replaceAll("[^A-Za-z0-9._-]", "_");
        safe = safe.startsWith(".") ? "_" + safe.substring(1) : safe;
        if (safe.length() > MAX_NAME_CHARS) {
            safe = safe.substring(0, MAX_NAME_CHARS);
        }
        if (!safe.equals(job)) {
            safe += "-" + Integer.toHexString(job.hashCode());
        }
        return folder.resolve(safe + ".json");
    }

    private ReportFile() {}
}
