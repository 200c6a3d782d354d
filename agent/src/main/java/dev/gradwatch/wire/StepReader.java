package dev.gradwatch.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads a packed Step in place. One reader serves many frames, each after the other: {@link #wrap} checks all of the frame, so that the
 * accessors cannot fail. Bytes after the last field that this version knows are ignored. Not thread-safe.
 */
public final class StepReader {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private ByteBuffer payload = NOTHING;
    private int start;
    private int flags;
    private int parameters;
    private int words;
    private int options;
    /** The words of the latest frame of each model, which the next one most often repeats. */
    private long[][] latest = new long[1][];

    /**
     * Takes the bytes between position and limit as the payload of a Step; the position does not move.
     *
     * @throws FrameException where it is shorter than it says, or breaks a limit
     */
    public StepReader wrap(ByteBuffer frame) {
        payload = frame.order(ByteOrder.LITTLE_ENDIAN);
        start = frame.position();
        int bytes = frame.remaining();
        if (bytes < StepLayout.USED) {
            throw FrameException.truncated("Step", bytes, StepLayout.USED);
        }
        flags = frame.getShort(start + StepLayout.FLAGS) & 0xFFFF;
        parameters = frame.getInt(start + StepLayout.PARAMETERS);
        within("model", model(), Limits.MAX_MODELS - 1);
        within("parameters", Integer.toUnsignedLong(parameters), Limits.MAX_PARAMETERS);
        int expected = StepLayout.bytes(parameters, flags);
        if (bytes < expected) {
            throw FrameException.truncated("Step", bytes, expected);
        }
        if ((step() | backward() | watched() | wallMicros() | stepNanos()) < 0) {
            throw negative();
        }
        words = StepLayout.words(parameters);
        options = start + StepLayout.USED + words * Long.BYTES;
        if ((parameters & 63) != 0 && word(words - 1) >>> parameters != 0) {
            throw FrameException.malformed(
                    "Step", "used: a bit past parameter " + (parameters - 1) + " (expected: none)");
        }
        return this;
    }

    public int model() {
        return payload.getShort(start + StepLayout.MODEL) & 0xFFFF;
    }

    /** Bits of {@link StepFlags}, and those of later versions. */
    public int flags() {
        return flags;
    }

    public boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** Parameter tensors of the model, n. */
    public int parameters() {
        return parameters;
    }

    public long step() {
        return payload.getLong(start + StepLayout.STEP);
    }

    public long backward() {
        return payload.getLong(start + StepLayout.BACKWARD);
    }

    public long watched() {
        return payload.getLong(start + StepLayout.WATCHED);
    }

    public long wallMicros() {
        return payload.getLong(start + StepLayout.WALL_MICROS);
    }

    public long stepNanos() {
        return payload.getLong(start + StepLayout.STEP_NANOS);
    }

    /**
     * ceil(n / 64) words; bit i of word i / 64 speaks of parameter i. Not to be written: where a frame repeats the words of the model's frame
     * before, as nearly every one does, it gets the same array.
     */
    public long[] used() {
        int model = model();
        if (model >= latest.length) {
            latest = Arrays.copyOf(latest, model + 1);
        }
        long[] known = latest[model];
        if (known != null && repeats(known)) {
            return known;
        }
        long[] used = new long[words];
        for (int i = 0; i < words; i++) {
            used[i] = word(i);
        }
        latest[model] = used;
        return used;
    }

    private boolean repeats(long[] known) {
        if (known.length != words) {
            return false;
        }
        // Without a way out of the loop, because it is nearly never taken and each look at it costs.
        long differing = 0;
        for (int i = 0; i < known.length; i++) {
            differing |= known[i] ^ word(i);
        }
        return differing == 0;
    }

    /** n norms in a new array; null where none were taken. */
    public float @Nullable [] norms() {
        if (!has(StepFlags.NORMS)) {
            return null;
        }
        float[] norms = new float[parameters];
        payload.position(options);
        payload.asFloatBuffer().get(norms);
        payload.position(start);
        return norms;
    }

    /** NaN where none was taken. */
    public double checksum() {
        return has(StepFlags.CHECKSUM) ? payload.getDouble(afterNorms()) : Double.NaN;
    }

    /** NaN where none was taken. */
    public double loss() {
        return has(StepFlags.LOSS)
                ? payload.getDouble(afterNorms() + (has(StepFlags.CHECKSUM) ? Double.BYTES : 0))
                : Double.NaN;
    }

    private int afterNorms() {
        return options + (has(StepFlags.NORMS) ? parameters * Float.BYTES : 0);
    }

    private long word(int index) {
        return payload.getLong(start + StepLayout.USED + index * Long.BYTES);
    }

    private static void within(String field, long value, long most) {
        if (value > most) {
            throw FrameException.malformed("Step", field + ": " + value + " (expected: 0-" + most + ")");
        }
    }

    private FrameException negative() {
        int at = StepLayout.STEP;
        while (payload.getLong(start + at) >= 0) {
            at += Long.BYTES;
        }
        String value = Long.toUnsignedString(payload.getLong(start + at));
        return FrameException.malformed("Step", field(at) + ": " + value + " (expected: 0-" + Long.MAX_VALUE + ")");
    }

    private static String field(int at) {
        switch (at) {
            case StepLayout.STEP:
                return "step";
            case StepLayout.BACKWARD:
                return "backward";
            case StepLayout.WATCHED:
                return "watched";
            case StepLayout.WALL_MICROS:
                return "wall_micros";
            default:
                return "step_nanos";
        }
    }
}
