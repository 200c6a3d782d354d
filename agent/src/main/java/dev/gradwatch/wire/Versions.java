package dev.gradwatch.wire;

/** Which versions of the protocol this side speaks, and which of them two sides choose. */
public final class Versions {
    /** The bytes {@code GRWD}, which open every Hello of every version, read as a little-endian number. */
    public static final int MAGIC = 'G' | 'R' << 8 | 'W' << 16 | 'D' << 24;

    /** Bytes of Hello's head, which no version changes: magic, lowest version, highest version. */
    public static final int HEAD_BYTES = 8;

    public static final int MIN = 1;
    public static final int MAX = 1;

    /** What {@link #choose} returns where the two sides have no version in common. */
    public static final int NONE = 0;

    private Versions() {}

    /** The highest version that both sides speak, or {@link #NONE}. */
    public static int choose(int min, int max) {
        int chosen = Math.min(max, MAX);
        return chosen >= Math.max(min, MIN) ? chosen : NONE;
    }

    /** Why a peer that speaks only these is refused: {@code version: 7-9 (expected: 1)}. */
    public static String refusal(int min, int max) {
        return "version: " + range(min, max) + " (expected: " + range(MIN, MAX) + ")";
    }

    private static String range(int min, int max) {
        return min == max ? Integer.toString(min) : min + "-" + max;
    }
}
