package dev.gradwatch.collector.model;

/** Flags of a backward pass, with the bits that the protocol gives them. */
public final class PassFlags {
    /** The forward ran under {@code no_sync}, or the wrapper is no DDP: nothing was averaged. */
    public static final int NO_SYNC = 1;

    /** The wrapper's own forward ran since the pass before. */
    public static final int FORWARD_RAN = 2;

    /** The backward raised: a set bit proves use, a clear one proves nothing. */
    public static final int PARTIAL = 4;

    public static final int NORMS = 8;
    public static final int CHECKSUM = 16;
    public static final int LOSS = 32;

    /** The loss was scaled by a GradScaler: a gradient that is not finite is its business. */
    public static final int SCALED = 64;

    /** The pass has not ended; the Step of the same {@code backward} replaces this picture of it. */
    public static final int OPEN = 128;

    /** Those that a run of a ledger keeps. */
    public static final int LEDGER = NO_SYNC | FORWARD_RAN | PARTIAL | SCALED;

    private PassFlags() {}
}
