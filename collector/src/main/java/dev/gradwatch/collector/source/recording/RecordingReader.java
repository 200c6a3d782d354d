package dev.gradwatch.collector.source.recording;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.ObservationSink;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a recording from its beginning to its end, one line in memory at a time. A line that is no observation is counted, reported with its
 * number and skipped; a last line that was cut off, as a killed collector leaves it, is skipped without a word. Not thread-safe.
 */
public final class RecordingReader implements AutoCloseable {
    /** More than one line a damaged file is not worth reading about. */
    static final int MAX_COMPLAINTS = 10;

    private final Lines lines;
    private final Consumer<String> complaints;
    private long badLines;

    private RecordingReader(Lines lines, Consumer<String> complaints) {
        this.lines = lines;
        this.complaints = complaints;
    }

    /**
     * Opens the file and checks its first line.
     *
     * @param complaints is told of the first {@value #MAX_COMPLAINTS} bad lines
     * @throws IOException in one line, where the file is missing or no recording
     */
    public static RecordingReader open(Path file, Consumer<String> complaints) throws IOException {
        try {
            return open(Files.newInputStream(file), file.toString(), complaints);
        } catch (NoSuchFileException e) {
            throw new IOException("recording: " + file + " is missing (expected: a file written by --record)", e);
        }
    }

    /**
     * @param raw is closed with the reader, or where this throws
     * @param name what to call it in errors; decides by its ending whether the bytes are compressed
     */
    public static RecordingReader open(InputStream raw, String name, Consumer<String> complaints) throws IOException {
        try {
            InputStream in = name.endsWith(".gz") ? new GZIPInputStream(raw, 1 << 16) : raw;
            Lines lines = new Lines(new BufferedInputStream(in, 1 << 16));
            byte[] first = lines.next();
            if (first == null || !RecordingFormat.SCHEMA.equals(schema(first))) {
                throw new IOException(
                        name + " is no recording (expected: a first line with schema " + RecordingFormat.SCHEMA + ")");
            }
            return new RecordingReader(lines, complaints);
        } catch (ZipException | EOFException e) {
            raw.close();
            throw new IOException(
                    name + " is not compressed, or cut off at once (expected: a file written by --record)", e);
        } catch (IOException e) {
            raw.close();
            throw e;
        }
    }

    private static @Nullable String schema(byte[] line) {
        try {
            return RecordingFormat.header(line).schema();
        } catch (IOException e) {
            return null;
        }
    }

    /**
     * Hands over every observation in the order of the file.
     *
     * @param sink one that throws {@link IllegalArgumentException} for an observation has said that the line is bad
     * @return how many observations the sink took
     */
    public long readAll(ObservationSink sink) throws IOException {
        long taken = 0;
        for (byte[] line = lines.next(); line != null; line = lines.next()) {
            if (line.length == 0) {
                continue;
            }
            Observation observation = observation(line);
            if (observation != null) {
                taken += taken(sink, observation);
            }
        }
        return taken;
    }

    private @Nullable Observation observation(byte[] line) {
        try {
            return RecordingFormat.observation(line);
        } catch (JsonProcessingException e) {
            if (!lines.lastWasCut()) {
                bad(e.getOriginalMessage());
            }
        } catch (IOException e) {
            bad(String.valueOf(e.getMessage()));
        }
        return null;
    }

    private int taken(ObservationSink sink, Observation observation) {
        try {
            sink.accept(observation);
            return 1;
        } catch (IllegalArgumentException e) {
            bad(String.valueOf(e.getMessage()));
            return 0;
        }
    }

    private void bad(String why) {
        badLines++;
        if (badLines <= MAX_COMPLAINTS) {
            complaints.accept("Malformed line " + lines.number() + ": " + why);
        }
    }

    /** Lines that were skipped so far, the reported ones and those after them. */
    public long badLines() {
        return badLines;
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
