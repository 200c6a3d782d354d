package dev.gradwatch.collector.source.recording;

import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.ObservationSink;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes observations to a file as they come. Thread-safe; {@link #accept} blocks for as long as the disk needs and never throws: after a
 * write that failed it says so once and records no more, because the job matters more than its recording. {@link #close} completes the file and
 * may be called twice.
 */
public final class RecordingWriter implements ObservationSink, AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(RecordingWriter.class);

    /** A collector that is killed loses at most what came in this time, and a disk sees at most one flush in it. */
    private static final long FLUSH_MICROS = TimeUnit.SECONDS.toMicros(1);

    private static final int BUFFER_BYTES = 1 << 16;

    private final Path file;
    private final OutputStream out;
    private boolean stopped;
    private long flushedMicros;

    RecordingWriter(Path file, OutputStream out) {
        this.file = file;
        this.out = out;
    }

    /**
     * Creates the file, or empties it, and writes its first line.
     *
     * @throws IOException in one line, with the file and what is expected of it
     */
    public static RecordingWriter open(Path file) throws IOException {
        try {
            OutputStream raw = Files.newOutputStream(file);
            try {
                OutputStream out = new BufferedOutputStream(compressed(file, raw), BUFFER_BYTES);
                out.write(RecordingFormat.header(version()));
                out.write('\n');
                out.flush();
                return new RecordingWriter(file, out);
            } catch (IOException e) {
                raw.close();
                throw e;
            }
        } catch (NoSuchFileException e) {
            throw new IOException(
                    "record: " + file + ": its folder is missing (expected: a file in a folder that exists)", e);
        } catch (IOException e) {
            throw new IOException("record: " + file + ": " + reason(e) + " (expected: a file that can be written)", e);
        }
    }

    private static OutputStream compressed(Path file, OutputStream raw) throws IOException {
        return file.toString().endsWith(".gz") ? new GZIPOutputStream(raw, BUFFER_BYTES, true) : raw;
    }

    @Override
    public synchronized void accept(Observation observation) {
        if (stopped) {
            return;
        }
        try {
            out.write(RecordingFormat.line(observation));
            out.write('\n');
            if (observation.micros() - flushedMicros >= FLUSH_MICROS || observation instanceof Observation.JobEnded) {
                out.flush();
                flushedMicros = observation.micros();
            }
        } catch (IOException e) {
            stopped = true;
            logger.warn("record: {}: {}; recording stopped, the job goes on", file, reason(e));
        }
    }

    @Override
    public synchronized void close() {
        try {
            out.close();
        } catch (IOException e) {
            if (!stopped) {
                logger.warn("record: {}: {}; its end is missing", file, reason(e));
            }
        }
        stopped = true;
    }

    private static String reason(IOException e) {
        if (e instanceof java.nio.file.AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof java.nio.file.FileSystemException files && files.getReason() != null) {
            return files.getReason();
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static String version() {
        String version = RecordingWriter.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
