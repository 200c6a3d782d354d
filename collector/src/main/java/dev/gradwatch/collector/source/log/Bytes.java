package dev.gradwatch.collector.source.log;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Line ends in an array of bytes, eight bytes at a time. */
final class Bytes {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long LINE_ENDS = 0x0a0a0a0a0a0a0a0aL;
    private static final long LOW_BITS = 0x7f7f7f7f7f7f7f7fL;
    private static final int WORDS_A_TURN = 64;
    private static final long EVEN_BYTES = 0x00ff00ff00ff00ffL;
    private static final long EVEN_ONES = 0x0001000100010001L;

    /** How many line feeds are in the range. */
    static long lineEnds(byte[] text, int from, int to) {
        long count = 0;
        int at = from;
        // Each byte of the sum counts those of one place in the words, and holds as many as there are words in a turn.
        while (at <= to - 8 * WORDS_A_TURN) {
            long sum = 0;
            for (int end = at + 8 * WORDS_A_TURN; at < end; at += 16) {
                sum += (marks((long) LONG.get(text, at)) >>> 7) + (marks((long) LONG.get(text, at + 8)) >>> 7);
            }
            count += (((sum & EVEN_BYTES) + ((sum >>> 8) & EVEN_BYTES)) * EVEN_ONES) >>> 48;
        }
        for (; at < to; at++) {
            count += text[at] == '\n' ? 1 : 0;
        }
        return count;
    }

    /** Where the first line feed of the range is; {@code to} where there is none. */
    static int lineEnd(byte[] text, int from, int to) {
        int at = from;
        for (; at <= to - 8; at += 8) {
            long marks = marks((long) LONG.get(text, at));
            if (marks != 0) {
                return at + (Long.numberOfTrailingZeros(marks) >>> 3);
            }
        }
        while (at < to && text[at] != '\n') {
            at++;
        }
        return at;
    }

    /** Where the line that holds {@code at} begins, not before {@code from}. */
    static int lineStart(byte[] text, int from, int at) {
        int start = at;
        while (start > from && text[start - 1] != '\n') {
            start--;
        }
        return start;
    }

    /** The highest bit of each byte that is a line feed; Hacker's Delight, 6-1. */
    private static long marks(long word) {
        long zeroWhereEnd = word ^ LINE_ENDS;
        return ~(((zeroWhereEnd & LOW_BITS) + LOW_BITS) | zeroWhereEnd | LOW_BITS);
    }

    private Bytes() {}
}
