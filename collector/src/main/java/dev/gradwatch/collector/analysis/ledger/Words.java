package dev.gradwatch.collector.analysis.ledger;

/** Bitmaps as arrays of words: bit i is bit {@code i % 64} of word {@code i / 64}, and bits past the last parameter are 0. */
public final class Words {
    private Words() {}

    /** Words that hold so many bits. */
    public static int count(int bits) {
        return (bits + 63) >>> 6;
    }

    public static boolean get(long[] words, int bit) {
        return (words[bit >>> 6] & 1L << bit) != 0;
    }

    public static void set(long[] words, int bit) {
        words[bit >>> 6] |= 1L << bit;
    }

    public static void or(long[] into, long[] words) {
        for (int w = 0; w < into.length; w++) {
            into[w] |= words[w];
        }
    }

    public static void and(long[] into, long[] words) {
        for (int w = 0; w < into.length; w++) {
            into[w] &= words[w];
        }
    }

    public static void andNot(long[] into, long[] words) {
        for (int w = 0; w < into.length; w++) {
            into[w] &= ~words[w];
        }
    }

    public static boolean isEmpty(long[] words) {
        for (long word : words) {
            if (word != 0) {
                return false;
            }
        }
        return true;
    }

    /** Whether every bit of {@code part} is in {@code whole}. */
    public static boolean contains(long[] whole, long[] part) {
        for (int w = 0; w < part.length; w++) {
            if ((part[w] & ~whole[w]) != 0) {
                return false;
            }
        }
        return true;
    }

    public static int cardinality(long[] words) {
        int count = 0;
        for (long word : words) {
            count += Long.bitCount(word);
        }
        return count;
    }

    /** The set bits, ascending. */
    public static int[] bits(long[] words) {
        int[] bits = new int[cardinality(words)];
        int next = 0;
        for (int w = 0; w < words.length; w++) {
            for (long rest = words[w]; rest != 0; rest &= rest - 1) {
                bits[next++] = (w << 6) + Long.numberOfTrailingZeros(rest);
            }
        }
        return bits;
    }

    static boolean hasBitsPast(long[] words, int offset, int bits) {
        int tail = bits & 63;
        return tail != 0 && (words[offset + Words.count(bits) - 1] & -1L << tail) != 0;
    }
}
