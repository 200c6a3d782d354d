package dev.gradwatch.agent.report;

/** Bounds of this writer alone; those that both ends keep are {@link dev.gradwatch.wire.Limits}. */
final class Bounds {
    /** Base64 in a ledger's dictionary, so that the largest model's ledger fits a frame. */
    static final int PATTERN_TEXT_BYTES = 1 << 20;

    static final int MAX_CHANGES = 1_024;

    /** Flipped parameters over all kept changes: the same purpose. */
    static final int MAX_FLIPS = 131_072;

    static final int MAX_FAILURES = 16;
    static final int MAX_PROBES = 8;
    static final int MAX_QUEUED_FRAMES = 4_096;
    static final int MAX_QUEUED_BYTES = 8 << 20;

    /** The value of {@code length} of a frame from a collector: Welcome, Ask and Refused are short. */
    static final int MAX_INCOMING_BYTES = 64 << 10;

    /** Frames are sent together up to about this size. */
    static final int SEND_BYTES = 64 << 10;

    static final int MAX_REASON_CHARS = 1_000;
    static final int MAX_TOKEN_BYTES = 4_096;

    private Bounds() {}
}
