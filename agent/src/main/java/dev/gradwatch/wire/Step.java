package dev.gradwatch.wire;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** One watched backward pass of one model on one rank, to be sent. Holds the arrays that it is given, without a copy. */
public final class Step implements Message {
    /** The smallest f32 above 0, which stands for a norm whose square vanished. */
    public static final float TINY_NORM = Float.MIN_VALUE;

    /** The norm of a parameter that got no gradient. */
    public static final float NO_GRADIENT = -1;

    private final int model;
    private final int parameters;
    private final long step;
    private final long backward;
    private final long watched;
    private final long wallMicros;
    private final long stepNanos;
    private final long[] used;
    private int flags;
    private float @Nullable [] norms;
    private double checksum;
    private double loss;

    /**
     * @param flags those of {@link StepFlags} that say how the pass went; the others follow from what is added
     * @param parameters parameter tensors of the model, n
     * @param step optimizer steps completed before this pass
     * @param backward number of this model's backward pass, from 0, watched or not
     * @param watched passes of this model that were watched, this one included
     * @param wallMicros Unix time at the end of the pass
     * @param stepNanos from the end of the pass before to the end of this one; 0 where there was none
     * @param used ceil(n / 64) words; bit i of word i / 64 says that parameter i got a gradient; bits past n are 0
     * @throws IllegalArgumentException such as {@code parameters: 300000 (expected: 0-262144)}
     */
    public Step(
            int model,
            int flags,
            int parameters,
            long step,
            long backward,
            long watched,
            long wallMicros,
            long stepNanos,
            long[] used) {
        this.model = Limits.check("model", model, 0, Limits.MAX_MODELS - 1);
        this.flags = flags & StepFlags.CHOSEN;
        this.parameters = Limits.check("parameters", parameters, 0, Limits.MAX_PARAMETERS);
        this.step = Limits.check("step", step, 0, Long.MAX_VALUE);
        this.backward = Limits.check("backward", backward, 0, Long.MAX_VALUE);
        this.watched = Limits.check("watched", watched, 0, Long.MAX_VALUE);
        this.wallMicros = Limits.check("wall_micros", wallMicros, 0, Long.MAX_VALUE);
        this.stepNanos = Limits.check("step_nanos", stepNanos, 0, Long.MAX_VALUE);
        this.used = used;
        int words = StepLayout.words(parameters);
        Limits.check("words of used", used.length, words, words);
        if ((parameters & 63) != 0 && used[words - 1] >>> parameters != 0) {
            throw new IllegalArgumentException("used: a bit past the last parameter (expected: none)");
        }
    }

    /** Adds the L2 norm of each gradient: -1 none, 0 exactly zero in every element, NaN or infinite not finite. */
    public Step norms(float[] norms) {
        Limits.check("norms", norms.length, parameters, parameters);
        this.norms = norms;
        flags |= StepFlags.NORMS;
        return this;
    }

    /** Adds the sum of the L2 norms of the weights before the pass. */
    public Step checksum(double checksum) {
        this.checksum = checksum;
        flags |= StepFlags.CHECKSUM;
        return this;
    }

    public Step loss(double loss) {
        this.loss = loss;
        flags |= StepFlags.LOSS;
        return this;
    }

    @Override
    public void writeTo(FrameBuffer out) {
        ByteBuffer to = out.begin(FrameKind.STEP).room(StepLayout.bytes(parameters, flags));
        to.putShort((short) model).putShort((short) flags).putInt(parameters);
        to.putLong(step).putLong(backward).putLong(watched).putLong(wallMicros).putLong(stepNanos);
        for (long word : used) {
            to.putLong(word);
        }
        if (norms != null) {
            for (float norm : norms) {
                to.putFloat(norm);
            }
        }
        if ((flags & StepFlags.CHECKSUM) != 0) {
            to.putDouble(checksum);
        }
        if ((flags & StepFlags.LOSS) != 0) {
            to.putDouble(loss);
        }
        out.end();
    }
}
