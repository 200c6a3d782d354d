package dev.gradwatch.wire;

/**
 * The protocol's limits, kept by both ends. A writer that meets one leaves the excess out and says so in the manifest's notes; a reader that
 * meets one rejects the frame, counts it and goes on.
 */
public final class Limits {
    /** Of the value of a frame's {@code length}, which counts the kind and the payload. */
    public static final int MAX_FRAME_BYTES = 16 << 20;

    /** Of the value of {@code length} of Hello, since a collector holds little for a peer that has not said yet who it is. */
    public static final int MAX_HELLO_BYTES = 64 << 10;

    /** Parameter tensors a model. */
    public static final int MAX_PARAMETERS = 262_144;

    /** Models a job. */
    public static final int MAX_MODELS = 64;

    /** UTF-8 bytes of a name. */
    public static final int MAX_NAME_BYTES = 1024;

    /** Ranks a job. */
    public static final int MAX_RANKS = 65_536;

    /** UTF-8 bytes of a message or a traceback, cut in the middle by the writer. */
    public static final int MAX_TEXT_BYTES = 64 << 10;

    /** Patterns in a ledger's dictionary. */
    public static final int MAX_PATTERNS = 256;

    /** Runs in a ledger. */
    public static final int MAX_RUNS = 4096;

    /** Entries of a ledger's series. */
    public static final int MAX_TOTALS = 4096;

    /** Messages, and texts that were read, in one Message. */
    public static final int MAX_MESSAGES = 256;

    /** Values in the fields of one message, those in lists and maps counted each. */
    public static final int MAX_FIELD_VALUES = 65_536;

    /** Lists and maps in each other in a message's fields. */
    public static final int MAX_FIELD_DEPTH = 8;

    /** Other processes on a rank's GPU that one Gpu names. */
    public static final int MAX_TENANTS = 16;

    /** A GPU's number on its machine. */
    public static final int MAX_GPU_INDEX = 65_535;

    /** A GPU's temperature. */
    public static final int MIN_CELSIUS = -100;

    public static final int MAX_CELSIUS = 1000;

    /** A GPU's power, and its limit. */
    public static final int MAX_WATTS = 1_000_000;

    private Limits() {}

    /**
     * Checks a number from outside.
     *
     * @return {@code value}
     * @throws IllegalArgumentException such as {@code rank: 70000 (expected: 0-65535)}
     */
    static long check(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + least + "-" + most + ")");
        }
        return value;
    }

    static int check(String name, int value, int least, int most) {
        return (int) check(name, (long) value, least, most);
    }
}
