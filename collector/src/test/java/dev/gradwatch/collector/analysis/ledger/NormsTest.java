package dev.gradwatch.collector.analysis.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NormsTest {
    private static final int PARAMETERS = 2_051;

    @Test
    void agree_sameParametersHaveOne() {
        assertThat(Norms.agree(usual(1), usual(2))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(floats = {-1, 0, -0f, Float.NaN, Float.MIN_VALUE})
    void agree_oneIsUnlike_isSeenWhereverItIs(float odd) {
        for (int at = 1; at < PARAMETERS; at += 7) {
            float[] norms = usual(1);
            norms[at] = odd;

            assertThat(Norms.agree(norms, usual(2))).as("at %d", at).isEqualTo(odd == -1 && at % 5 == 0);
        }
    }

    @Test
    void total_missingOnes_areLeftOut() {
        assertThat(total(3, -1, 4)).isEqualTo(5);
        assertThat(total(-1, -1)).isZero();
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.MIN_VALUE, 1e-25f, 1e-12f, 1, 1e18f, 1e30f, Float.MAX_VALUE})
    void total_ofAnySize_keepsItsDigits(float scale) {
        float[] norms = new float[PARAMETERS];
        Arrays.fill(norms, scale);

        double expected = scale * Math.sqrt(PARAMETERS);
        assertThat(Norms.total(norms, new float[PARAMETERS])).isEqualTo(expected, within(1e-6 * expected));
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
    void total_oneIsNotFinite(float odd) {
        for (int at = 0; at < PARAMETERS; at += 9) {
            float[] norms = usual(1);
            norms[at] = odd;

            assertThat(Norms.total(norms, new float[PARAMETERS])).isNotFinite();
        }
    }

    @Test
    void raise_keepsTheLarger() {
        float[] largest = {1, 5, -1, -1};

        Norms.raise(largest, new float[] {2, 4, -1, 3});

        assertThat(largest).containsExactly(2, 5, -1, 3);
    }

    private static double total(float... norms) {
        return Norms.total(norms, new float[norms.length]);
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
