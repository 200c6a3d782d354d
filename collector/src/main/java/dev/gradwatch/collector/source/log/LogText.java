package dev.gradwatch.collector.source.log;

import dev.gradwatch.collector.model.LogMessage;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * One text of a job, as its bytes come, cut anywhere: finds its messages and hands each over when it is complete. One thread at a time.
 *
 * <p>Nearly every line is ordinary, so whole stretches are searched for the signatures' literals before anything looks at lines; line numbers
 * come of counting the line ends between finds. Holds at most {@link #MAX_LINE_BYTES} of a line that has not ended.
 */
public final class LogText {
    /** A longer line is cut there, and the rest of it skipped and counted. */
    public static final int MAX_LINE_BYTES = 1 << 20;

    /** Ten thousand files are followed, and most of them wait at a line's end: what is kept of each is little. */
    private static final int FIRST_CARRY_BYTES = 256;

    private static final int KEPT_CARRY_BYTES = 16_384;
    private static final byte[] EMPTY = {};
    private static final int TAIL_BYTES = 512;

    private final LiteralFilter filter;
    private final Recogniser recogniser;
    /** The beginning of a line that has not ended. */
    private byte[] carry = EMPTY;

    private int carried;
    /** The last bytes of what was scanned before: a message may need the lines before it. */
    private final byte[] tail = new byte[TAIL_BYTES];

    private int tailed;
    private boolean skipping;
    /** Of the first byte that is not settled: of {@link #carry}, or of what comes next. */
    private long offset;
    /** Lines that end before it. */
    private long line;

    private long cutLines;

    /** @param to is handed each message, on the caller's thread */
    public LogText(Signatures signatures, Origin origin, Consumer<LogMessage> to) {
        this(signatures, origin, to, 0, 0);
    }

    /**
     * A text that is read on.
     *
     * @param offset of the first byte that comes
     * @param line lines that end before it
     */
    public LogText(Signatures signatures, Origin origin, Consumer<LogMessage> to, long offset, long line) {
        this.filter = signatures.filter();
        this.recogniser = new Recogniser(signatures, origin, to);
        this.offset = offset;
        this.line = line;
    }

    /** Takes the next bytes; the array is the caller's again afterwards. */
    public void append(byte[] bytes, int from, int length) {
        int to = from + length;
        int at = from;
        if (carried > 0 || skipping) {
            int end = Bytes.lineEnd(bytes, at, to);
            at = Math.min(end + 1, to);
            keep(bytes, from, at);
            if (at == to && (at == from || bytes[at - 1] != '\n')) {
                return;
            }
            finishCarried();
        }
        int last = to;
        while (last > at && bytes[last - 1] != '\n') {
            last--;
        }
        scan(bytes, at, last);
        keep(bytes, last, to);
    }

    /** Searches whole lines. */
    private void scan(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to) {
            int begin;
            if (recogniser.wantsLines()) {
                begin = at;
            } else {
                int found = filter.find(bytes, at, to);
                if (found < 0) {
                    line += Bytes.lineEnds(bytes, at, to);
                    break;
                }
                begin = Bytes.lineStart(bytes, at, found);
                line += Bytes.lineEnds(bytes, at, begin);
            }
            int end = Bytes.lineEnd(bytes, begin, to);
            look(bytes, begin, end, offset + begin - from, from);
            line++;
            at = end + 1;
        }
        offset += to - from;
        remember(bytes, from, to);
    }

    private void look(byte[] bytes, int from, int to, long at, int earliest) {
        int end = to;
        if (to - from > MAX_LINE_BYTES) {
            end = from + MAX_LINE_BYTES;
            cutLines++;
        }
        recogniser.line(bytes, from, end, new Draft.Spot(line + 1, at), () -> preceding(bytes, earliest, from));
    }

    /** What stands before a place, as far as it is still there. */
    private String preceding(byte[] bytes, int earliest, int at) {
        int from = Math.max(earliest, at - TAIL_BYTES);
        String here = PlainText.of(bytes, from, at);
        return at - from == TAIL_BYTES ? here : PlainText.of(tail, 0, tailed) + here;
    }

    private void remember(byte[] bytes, int from, int to) {
        int count = Math.min(TAIL_BYTES, to - from);
        int kept = Math.min(tailed, TAIL_BYTES - count);
        System.arraycopy(tail, tailed - kept, tail, 0, kept);
        System.arraycopy(bytes, to - count, tail, kept, count);
        tailed = kept + count;
    }

    /** Adds to the line that has not ended. */
    private void keep(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && !skipping) {
            int room = MAX_LINE_BYTES - carried;
            int count = Math.min(room, to - at);
            if (carried + count > carry.length) {
                int enough = Math.max(FIRST_CARRY_BYTES, Math.max(carried + count, carry.length * 2));
                carry = Arrays.copyOf(carry, Math.min(MAX_LINE_BYTES, enough));
            }
            System.arraycopy(bytes, at, carry, carried, count);
            carried += count;
            at += count;
            if (carried == MAX_LINE_BYTES && carry[carried - 1] != '\n') {
                shorten();
            }
        }
        offset += to - at;
    }

    /** The line is as long as a line may be: gives up what can be told of it now. */
    private void shorten() {
        int progress = carried;
        while (progress > 0 && carry[progress - 1] != '\r') {
            progress--;
        }
        if (progress > 0) {
            // A progress bar writes over itself, and its line may never end.
            recognise(progress);
            System.arraycopy(carry, progress, carry, 0, carried - progress);
            offset += progress;
            carried -= progress;
            return;
        }
        if (!isHole()) {
            cutLines++;
            skipping = true;
            recognise(carried);
        }
        offset += carried;
        carried = 0;
    }

    /** What a file reads like where it was truncated under its writer: nothing but zeros. */
    private boolean isHole() {
        for (int i = 0; i < carried; i++) {
            if (carry[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private void finishCarried() {
        if (skipping) {
            // What was skipped has been counted; here is its line end.
            skipping = false;
            offset += carried;
            carried = 0;
            line++;
            return;
        }
        int end = carried;
        carried = 0;
        scan(carry, 0, end);
        if (carry.length > KEPT_CARRY_BYTES) {
            carry = EMPTY;
        }
    }

    private void recognise(int to) {
        if (recogniser.wantsLines() || filter.find(carry, 0, to) >= 0) {
            recogniser.line(carry, 0, to, new Draft.Spot(line + 1, offset), () -> preceding(carry, 0, 0));
        }
    }

    /** Nothing came for a while: gives out the messages that wait for more, and looks at a last line without its end. */
    public void idle() {
        if (carried > 0 && filter.find(carry, 0, carried) >= 0) {
            recognise(carried);
            // It was told; the rest of the line must not tell it again.
            offset += carried;
            carried = 0;
            skipping = true;
        }
        recogniser.settle();
    }

    /** Nothing follows. */
    public void end() {
        if (carried > 0 && !skipping) {
            recognise(carried);
            offset += carried;
            carried = 0;
        }
        recogniser.settle();
    }

    /** Where in the text a reader that starts anew has to begin: the first byte of what is not settled. */
    public long settledOffset() {
        Draft.Spot earliest = recogniser.earliest();
        return earliest == null ? offset : Math.min(offset, earliest.offset());
    }

    /** Lines that end before {@link #settledOffset}. */
    public long settledLines() {
        Draft.Spot earliest = recogniser.earliest();
        return earliest == null ? line : Math.min(line, earliest.line() - 1);
    }

    /** Lines longer than {@link #MAX_LINE_BYTES} so far. */
    public long cutLines() {
        return cutLines;
    }
}
