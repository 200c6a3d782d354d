package dev.gradwatch.collector.source.log;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Finds the first of many literals in a text, at a byte in a cycle or so.
 *
 * <p>With literals of at least m bytes, each occurrence covers a position that is a multiple of m - 3 together with the 3 bytes after it. So only
 * these positions are looked at, four bytes each, and the four bytes are looked up in a small table that says whether any literal holds them at
 * one of the places that matter. A literal that is longer has a choice of m bytes, and takes those whose four-byte pieces are the rarest.
 *
 * <pre>
 *   ordinary text here, RuntimeError: Expected to have finished …      m = 9, stride 6
 *   ^     ^     ^     ^     ^     ^     ^     ^     ^     ^            looked at: 4 bytes each
 *                                       └─ "cted": in the table, so the literals that hold it are compared
 * </pre>
 *
 * <p>Immutable; may be used by many threads.
 */
final class LiteralFilter {
    /** Shorter ones would be everywhere, and make the stride of all others 1. */
    static final int MIN_LITERAL_BYTES = 4;

    /** Past this a longer stride gains nothing, and the table fills up. */
    private static final int MAX_WINDOW_BYTES = 19;

    private static final int GRAM_BYTES = 4;
    private static final int TABLE_BITS = 17;
    private static final int CHAIN_BITS = 12;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[][] literals;
    private final int stride;
    /** Bit h: some literal holds four bytes of this hash where they matter. */
    private final long[] table = new long[1 << (TABLE_BITS - 6)];
    /** By the hash's upper bits, the first entry of {@link #grams} that may match; -1 for none. */
    private final int[] chains = new int[1 << CHAIN_BITS];

    private final int[] grams;
    private final int[] literalOf;
    private final int[] offsetIn;
    private final int[] next;

    LiteralFilter(List<String> texts) {
        literals = new byte[texts.size()][];
        int window = MAX_WINDOW_BYTES;
        for (int i = 0; i < literals.length; i++) {
            literals[i] = texts.get(i).getBytes(StandardCharsets.UTF_8);
            if (literals[i].length < MIN_LITERAL_BYTES) {
                throw new IllegalArgumentException(
                        "literal: " + texts.get(i) + " (expected: at least " + MIN_LITERAL_BYTES + " bytes)");
            }
            window = Math.min(window, literals[i].length);
        }
        stride = window - GRAM_BYTES + 1;
        int count = literals.length * stride;
        grams = new int[count];
        literalOf = new int[count];
        offsetIn = new int[count];
        next = new int[count];
        Arrays.fill(chains, -1);
        for (int i = 0, entry = 0; i < literals.length; i++) {
            int from = rarestWindow(literals[i]);
            for (int k = 0; k < stride; k++, entry++) {
                enter(entry, i, from + k);
            }
        }
    }

    private void enter(int entry, int literal, int offset) {
        int gram = (int) INT.get(literals[literal], offset);
        int hash = hash(gram);
        table[hash >>> 6] |= 1L << hash;
        grams[entry] = gram;
        literalOf[entry] = literal;
        offsetIn[entry] = offset;
        next[entry] = chains[hash >>> (TABLE_BITS - CHAIN_BITS)];
        chains[hash >>> (TABLE_BITS - CHAIN_BITS)] = entry;
    }

    /** Where in the literal the window should begin: where its commonest pieces are the rarest. */
    private int rarestWindow(byte[] literal) {
        int best = 0;
        long bestCost = Long.MAX_VALUE;
        for (int from = 0; from + stride + GRAM_BYTES - 1 <= literal.length; from++) {
            long cost = 0;
            for (int k = 0; k < stride; k++) {
                cost += OrdinaryText.likelihood(literal, from + k, GRAM_BYTES);
            }
            if (cost < bestCost) {
                bestCost = cost;
                best = from;
            }
        }
        return best;
    }

    private static int hash(int gram) {
        return (gram * 0x9E3779B1) >>> (32 - TABLE_BITS);
    }

    /**
     * Where a literal begins that is whole within the range; not always the first of those that overlap.
     *
     * @return its index in the array; -1 where there is none
     */
    int find(byte[] text, int from, int to) {
        int last = to - GRAM_BYTES;
        int at = from;
        // Four looks a turn, so that the look-ups do not wait for each other.
        for (int quick = last - 3 * stride; at <= quick; at += 4 * stride) {
            int a = hash((int) INT.get(text, at));
            int b = hash((int) INT.get(text, at + stride));
            int c = hash((int) INT.get(text, at + 2 * stride));
            int d = hash((int) INT.get(text, at + 3 * stride));
            long any =
                    (table[a >>> 6] >>> a) | (table[b >>> 6] >>> b) | (table[c >>> 6] >>> c) | (table[d >>> 6] >>> d);
            if ((any & 1) != 0) {
                int found = firstOf(text, at, from, to);
                if (found >= 0) {
                    return found;
                }
            }
        }
        for (; at <= last; at += stride) {
            int found = literalAt(text, at, from, to);
            if (found >= 0) {
                return found;
            }
        }
        return -1;
    }

    /** Of four looks, the first that holds. */
    private int firstOf(byte[] text, int begin, int from, int to) {
        for (int k = 0; k < 4; k++) {
            int found = literalAt(text, begin + k * stride, from, to);
            if (found >= 0) {
                return found;
            }
        }
        return -1;
    }

    private int literalAt(byte[] text, int at, int from, int to) {
        int gram = (int) INT.get(text, at);
        int hash = hash(gram);
        if (((table[hash >>> 6] >>> hash) & 1) == 0) {
            return -1;
        }
        for (int e = chains[hash >>> (TABLE_BITS - CHAIN_BITS)]; e >= 0; e = next[e]) {
            if (grams[e] == gram && matches(text, at - offsetIn[e], from, to, literals[literalOf[e]])) {
                return at - offsetIn[e];
            }
        }
        return -1;
    }

    private static boolean matches(byte[] text, int at, int from, int to, byte[] literal) {
        return at >= from
                && at + literal.length <= to
                && Arrays.equals(text, at, at + literal.length, literal, 0, literal.length);
    }

    /** The indices of all literals that are whole within the range. */
    BitSet all(byte[] text, int from, int to) {
        BitSet found = new BitSet();
        for (int at = from; at <= to - GRAM_BYTES; at += stride) {
            int gram = (int) INT.get(text, at);
            int hash = hash(gram);
            if ((table[hash >>> 6] >>> hash & 1) == 0) {
                continue;
            }
            for (int e = chains[hash >>> (TABLE_BITS - CHAIN_BITS)]; e >= 0; e = next[e]) {
                if (grams[e] == gram && matches(text, at - offsetIn[e], from, to, literals[literalOf[e]])) {
                    found.set(literalOf[e]);
                }
            }
        }
        return found;
    }

    List<String> literals() {
        List<String> texts = new ArrayList<>();
        for (byte[] literal : literals) {
            texts.add(new String(literal, StandardCharsets.UTF_8));
        }
        return texts;
    }
}
