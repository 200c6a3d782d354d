package dev.gradwatch.collector.source.recording;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** Lines of a stream, bounded: a file without line ends must not fill the memory. */
final class Lines implements AutoCloseable {
    /** Above what an observation of the largest model takes; what is longer is cut, and then no observation. */
    static final int MAX_LINE_BYTES = 1 << 28;

    private final InputStream in;
    private final int maxBytes;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(1 << 12);
    private long number;
    private boolean cut;

    Lines(InputStream in) {
        this(in, MAX_LINE_BYTES);
    }

    Lines(InputStream in, int maxBytes) {
        this.in = in;
        this.maxBytes = maxBytes;
    }

    /** The next line without its end; null after the last one. */
    byte @Nullable [] next() throws IOException {
        line.reset();
        int next;
        while ((next = read()) != -1 && next != '\n') {
            if (line.size() < maxBytes) {
                line.write(next);
            }
        }
        if (next == -1 && line.size() == 0) {
            return null;
        }
        number++;
        cut = next == -1;
        return line.toByteArray();
    }

    private int read() throws IOException {
        try {
            return in.read();
        } catch (EOFException | ZipException e) {
            // A compressed file that its writer could not complete ends in the middle of a block.
            return -1;
        }
    }

    /** 1-based, of the line last read. */
    long number() {
        return number;
    }

    /** Whether the line last read ended without a line end. */
    boolean lastWasCut() {
        return cut;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
