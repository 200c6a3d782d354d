package dev.gradwatch.wire;

/** Bits of a Step's flags. */
public final class StepFlags {
    /** The forward ran under {@code no_sync}, or the wrapper is no DDP: nothing was averaged. */
    public static final int NO_SYNC = 1;

    /** The wrapper's own forward ran since the pass before. */
    public static final int FORWARD_RAN = 2;

    /** The backward raised: a set bit proves use, a clear one proves nothing. */
    public static final int PARTIAL = 4;

    /** Norms follow. */
    public static final int NORMS = 8;

    /** A checksum follows. */
    public static final int CHECKSUM = 16;

    /** A loss follows. */
    public static final int LOSS = 32;

    /** The loss was scaled by a GradScaler: a gradient that is not finite is its business. */
    public static final int SCALED = 64;

    /** The pass has not ended; implies {@link #PARTIAL}. */
    public static final int OPEN = 128;

    /** Those that say how the pass went, which the writer of a Step chooses; the others follow from what it holds. */
    static final int CHOSEN = NO_SYNC | FORWARD_RAN | PARTIAL | SCALED | OPEN;

    private StepFlags() {}
}
