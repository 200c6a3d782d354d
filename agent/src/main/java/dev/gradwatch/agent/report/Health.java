package dev.gradwatch.agent.report;

import dev.gradwatch.wire.Step;

/** What the norms of one pass say: which are defined, zero, not finite, and their total. Immutable. */
final class Health {
    /** Three bitmaps of whole words, one after the other: defined, zero, nonfinite. */
    final long[] planes;

    /** L2 over the model, those without a gradient left out. */
    final double total;

    Health(float[] norms) {
        int words = (norms.length + Long.SIZE - 1) / Long.SIZE;
        planes = new long[3 * words];
        double squares = 0;
        for (int i = 0; i < norms.length; i++) {
            float norm = norms[i];
            if (norm == Step.NO_GRADIENT) {
                continue;
            }
            int word = i / Long.SIZE;
            long bit = 1L << i;
            planes[word] |= bit;
            planes[words + word] |= norm == 0 ? bit : 0;
            planes[2 * words + word] |= Float.isFinite(norm) ? 0 : bit;
            squares += (double) norm * norm;
        }
        total = Math.sqrt(squares);
    }
}
