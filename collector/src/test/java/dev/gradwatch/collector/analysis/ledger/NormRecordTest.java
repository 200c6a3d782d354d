package dev.gradwatch.collector.analysis.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NormRecordTest {
    private static final int PARAMETERS = 131;

    private final NormRecord norms = new NormRecord();

    /** The short way that follows usual passes must not be seen from outside. */
    @ParameterizedTest
    @ValueSource(
            floats = {
                1,
                -1,
                -2,
                0,
                -0f,
                Float.MIN_VALUE,
                1e30f,
                Float.NaN,
                Float.POSITIVE_INFINITY,
                Float.NEGATIVE_INFINITY
            })
    void add_afterUsualPasses_isWhatItIsOnItsOwn(float odd) {
        for (int at = 0; at < PARAMETERS; at++) {
            for (int pass = 0; pass < 2; pass++) {
                long[] unused = norms.add(pass, 0, usual(pass));
            }
            float[] next = usual(2);
            next[at] = odd;
            NormRecord alone = new NormRecord();

            assertThat(norms.add(2, 0, next)).as("at %d", at).isEqualTo(alone.add(2, 0, next));
            assertThat(norms.total()).isEqualTo(Double.valueOf(alone.total()));
            assertThat(norms.last()).isEqualTo(next);
            // And the pass after the odd one.
            assertThat(norms.add(3, 0, usual(3))).isEqualTo(alone.add(3, 0, usual(3)));
            assertThat(norms.max()).doesNotContain(Float.NaN, Float.POSITIVE_INFINITY);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void max_ofUsualPasses_isTheLargest(int seed) {
        float[] largest = new float[PARAMETERS];
        for (int pass = 0; pass < 5; pass++) {
            float[] next = usual(seed + pass);
            for (int i = 0; i < PARAMETERS; i++) {
                largest[i] = pass == 0 ? next[i] : Math.max(largest[i], next[i]);
            }
            long[] unused = norms.add(pass, 0, next);
        }

        assertThat(norms.max()).isEqualTo(largest);
    }

    /** Every fifth has none. */
    private static float[] usual(int seed) {
        Random random = new Random(seed);
        float[] norms = new float[PARAMETERS];
        for (int i = 0; i < PARAMETERS; i++) {
            norms[i] = i % 5 == 0 ? -1 : 0.01f + random.nextFloat();
        }
        return norms;
    }
}
