package dev.gradwatch.collector.source.log.follow;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Keeps what it is given. Resumable at the beginning of the line that is not whole, as of a reader of lines that keeps back what has no end. */
class RecordedText implements FollowedText {
    final Path file;
    final Position from;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int idles;
    private boolean ended;

    RecordedText(Path file, Position from) {
        this.file = file;
        this.from = from;
    }

    @Override
    public synchronized void append(byte[] array, int offset, int length) {
        if (ended || length <= 0) {
            throw new IllegalStateException("append: " + length + " bytes, ended " + ended);
        }
        bytes.write(array, offset, length);
    }

    @Override
    public synchronized void idle() {
        idles++;
    }

    @Override
    public synchronized void end() {
        if (ended) {
            throw new IllegalStateException("ended twice");
        }
        ended = true;
    }

    @Override
    public synchronized Position resumable() {
        String text = text();
        int end = text.lastIndexOf('\n') + 1;
        long lines = text.chars().filter(c -> c == '\n').count();
        return new Position(from.offset() + end, from.line() + lines);
    }

    /** One character a byte. */
    synchronized String text() {
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    synchronized int idles() {
        return idles;
    }

    synchronized boolean hasEnded() {
        return ended;
    }
}
