package dev.gradwatch.collector.source.log.follow;

import dev.gradwatch.collector.source.log.follow.FollowedFile.Phase;
import dev.gradwatch.collector.source.log.follow.FollowedText.Position;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads a file for one turn and hands over what it finds, through one buffer for all files. On the follower's thread.
 *
 * <p>A file can be cut and written anew at any moment, past what was read even. So its first bytes are compared after each read and before what was
 * read is handed over: if they still are those of the file so far, the bytes just read are its continuation.
 */
final class TurnReader {
    static final int BUFFER_BYTES = 256 << 10;

    /** What one file may hand over before others have their turn, in bytes and in time, which a slow reader takes. */
    static final int MAX_TURN_BYTES = 4 << 20;

    private static final long MAX_TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final FollowedTexts texts;
    private final Handles handles;
    private final Counters counters;
    private final Positions positions;
    private final LongSupplier nanoTime;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private final ByteBuffer headBuffer = ByteBuffer.allocate(Fingerprint.MAX_BYTES);

    /** How a turn ended. */
    enum Outcome {
        /** There may be more. */
        MORE,
        /** Its end was reached. */
        READ,
        /** It is closed and does not lie at its path. */
        ELSEWHERE,
        /** What lies there has another content than what was known, and was never to be read as the same. */
        STRANGER
    }

    TurnReader(FollowedTexts texts, Handles handles, Counters counters, Positions positions, LongSupplier nanoTime) {
        this.texts = texts;
        this.handles = handles;
        this.counters = counters;
        this.positions = positions;
        this.nanoTime = nanoTime;
    }

    /** @throws IOException where it cannot be opened or read */
    Outcome turn(FollowedFile file) throws IOException {
        FileChannel channel = handles.of(file);
        if (channel == null) {
            return Outcome.ELSEWHERE;
        }
        if (file.text() == null) {
            Outcome outcome = begin(file, channel);
            if (outcome != Outcome.MORE) {
                return outcome;
            }
        }
        long start = nanoTime.getAsLong();
        for (int bytes = 0; bytes < MAX_TURN_BYTES && nanoTime.getAsLong() - start < MAX_TURN_NANOS; ) {
            int read = read(file, channel);
            if (read == 0) {
                return Outcome.READ;
            }
            bytes += read;
        }
        return Outcome.MORE;
    }

    /** Opens the text of a file that has none, if there is something for it. */
    private Outcome begin(FollowedFile file, FileChannel channel) throws IOException {
        if (!file.isBegun()) {
            open(file, Position.START, Fingerprint.NONE);
            return Outcome.MORE;
        }
        boolean same = channel.size() >= file.offset() && headOf(file, channel, 0) != null;
        if (file.phase() == Phase.FOLLOWED) {
            open(file, same ? file.resumable() : Position.START, same ? file.head() : Fingerprint.NONE);
            return Outcome.MORE;
        }
        if (!same) {
            return Outcome.STRANGER;
        }
        if (channel.size() == file.offset()) {
            return Outcome.READ;
        }
        if (file.phase() == Phase.LEFT) {
            file.returned();
        }
        open(file, file.resumable(), file.head());
        return Outcome.MORE;
    }

    private void open(FollowedFile file, Position from, Fingerprint head) {
        file.begin(GuardedText.open(texts, file.path(), from, counters), from, head);
        positions.changed();
    }

    /** @return bytes that were read, or that made the file begin anew; 0 at its end */
    private int read(FollowedFile file, FileChannel channel) throws IOException {
        GuardedText text = file.text();
        boolean mute = text == null || text.isDropped();
        int read = mute ? 0 : Math.max(0, channel.read(buffer.clear(), file.offset()));
        Fingerprint head = headOf(file, channel, read);
        if (head == null || (read == 0 && channel.size() < file.offset())) {
            beginAnew(file);
            return BUFFER_BYTES;
        }
        file.head(head);
        if (text == null || read == 0) {
            return 0;
        }
        file.advance(read);
        file.pace().grew(nanoTime.getAsLong());
        positions.changed();
        return text.append(buffer.array(), read) ? read : 0;
    }

    private void beginAnew(FollowedFile file) {
        counters.truncations.incrementAndGet();
        file.endText();
        open(file, Position.START, Fingerprint.NONE);
    }

    /**
     * The fingerprint as of now.
     *
     * @param justRead bytes in the buffer that follow what was read before
     * @return null where the file does not begin as it did
     */
    private @Nullable Fingerprint headOf(FollowedFile file, FileChannel channel, int justRead) throws IOException {
        Fingerprint known = file.head();
        if (known.bytes() == 0 && file.offset() == 0) {
            return known.continued(buffer.array(), Math.min(justRead, Fingerprint.MAX_BYTES));
        }
        headBuffer.clear();
        for (int read = 0; read >= 0 && headBuffer.hasRemaining(); ) {
            read = channel.read(headBuffer, headBuffer.position());
        }
        long covered = Math.max(known.bytes(), file.offset() + justRead);
        return known.continued(headBuffer.array(), (int) Math.min(headBuffer.position(), covered));
    }
}
