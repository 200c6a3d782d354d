package dev.gradwatch.wire;

/**
 * Where a packed Step keeps what it says, from the start of the payload, little-endian.
 *
 * <pre>
 *   0       2       4                8
 *   +-------+-------+----------------+
 *   | model | flags | parameters = n |
 *   +-------+-------+----------------+
 *   8 step · 16 backward · 24 watched · 32 wall_micros · 40 step_nanos      u64 each
 *   +--------------------------------+
 *  48 used: ceil(n / 64) words       |    bit i of word i / 64
 *   +--------------------------------+
 *   | norms: n × f32                 |    if NORMS
 *   | checksum: f64                  |    if CHECKSUM
 *   | loss: f64                      |    if LOSS
 *   +--------------------------------+
 * </pre>
 */
final class StepLayout {
    static final int MODEL = 0;
    static final int FLAGS = 2;
    static final int PARAMETERS = 4;
    static final int STEP = 8;
    static final int BACKWARD = 16;
    static final int WATCHED = 24;
    static final int WALL_MICROS = 32;
    static final int STEP_NANOS = 40;
    static final int USED = 48;

    private StepLayout() {}

    static int words(int parameters) {
        return (parameters + Long.SIZE - 1) >>> 6;
    }

    /** Bytes of a payload with these flags; n within {@link Limits#MAX_PARAMETERS} keeps it far from overflow. */
    static int bytes(int parameters, int flags) {
        int bytes = USED + words(parameters) * Long.BYTES;
        if ((flags & StepFlags.NORMS) != 0) {
            bytes += parameters * Float.BYTES;
        }
        if ((flags & StepFlags.CHECKSUM) != 0) {
            bytes += Double.BYTES;
        }
        if ((flags & StepFlags.LOSS) != 0) {
            bytes += Double.BYTES;
        }
        return bytes;
    }
}
