package dev.gradwatch.collector.analysis.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradwatch.collector.model.LedgerSnapshot;
import dev.gradwatch.collector.model.LedgerSnapshot.Counts;
import dev.gradwatch.collector.model.LedgerSnapshot.Run;
import dev.gradwatch.collector.model.PassFlags;
import dev.gradwatch.collector.model.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UsageLedgerTest {
    @Test
    void add_repeatedStep_isRefusedAndChangesNothing() {
        UsageLedger ledger = new UsageLedger(4);
        assertThat(ledger.add(step(4, 0, 1, PassFlags.FORWARD_RAN, 0b11, null))).isTrue();
        LedgerSnapshot before = ledger.snapshot(0, List.of());

        assertThat(ledger.add(step(4, 0, 1, PassFlags.FORWARD_RAN, 0b11, null))).isFalse();

        assertSame(ledger.snapshot(0, List.of()), before);
    }

    @Test
    void add_stepThatDoesNotFit_namesValueAndExpectation() {
        UsageLedger ledger = new UsageLedger(4);

        assertThatThrownBy(() -> ledger.add(step(5, 0, 1, 0, 0, null)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("parameters: 5 (expected: 4)");
        assertThatThrownBy(() -> ledger.add(step(4, 0, 1, 0, 1L << 4, null)))
                .hasMessage("used: bits past (expected: only 4)");
        assertThatThrownBy(() -> ledger.add(step(4, 1L << 36, 1, 0, 0, null)))
                .hasMessageStartingWith("backward: 68719476736 (expected: 0-");
        assertThat(ledger.watched()).isZero();
    }

    @Test
    void add_passBeforeTheLast_isAContradiction() {
        UsageLedger ledger = new UsageLedger(4);
        ledger.add(step(4, 7, 1, 0, 0, null));

        assertThatThrownBy(() -> ledger.add(step(4, 7, 2, 0, 0, null))).hasMessage("backward: 7 (expected: above 7)");
    }

    @Test
    void add_equalPassesInARow_areOneRun() {
        UsageLedger ledger = new UsageLedger(4);
        for (int pass = 0; pass < 100_000; pass++) {
            ledger.add(step(4, pass, pass + 1, PassFlags.FORWARD_RAN, 0b1011, null));
        }

        assertThat(ledger.snapshot(0, List.of()).used().runs())
                .containsExactly(new Run(0, 99_999, 0, PassFlags.FORWARD_RAN));
    }

    @Test
    void add_scaledFlag_staysInItsRun() {
        UsageLedger ledger = new UsageLedger(1);
        ledger.add(step(1, 0, 1, PassFlags.SCALED | PassFlags.NO_SYNC | PassFlags.LOSS, 1, null));

        assertThat(ledger.used().flags(0)).isEqualTo(PassFlags.SCALED | PassFlags.NO_SYNC);
    }

    @Test
    void health_norms_becomeThreeBitmaps() {
        UsageLedger ledger = new UsageLedger(6);
        ledger.add(step(6, 0, 1, 0, 63, new float[] {
            -1, 0, 2, Float.NaN, Float.POSITIVE_INFINITY, Float.intBitsToFloat(0xFFC00000)
        }));

        assertThat(ledger.health().pattern(0)).containsExactly(0b111110, 0b000010, 0b111000);
        assertThat(ledger.snapshot(0, List.of()).maxNorms()).containsExactly(-1, 0, 2, -1, -1, -1);
        assertThat(ledger.totals().value(0)).isNaN();
    }

    @Test
    void totals_missingGradients_areLeftOut() {
        UsageLedger ledger = new UsageLedger(5);
        ledger.add(step(5, 0, 1, 0, 31, new float[] {3, -1, 4, -1, 12}));

        assertThat(ledger.totals().value(0)).isEqualTo(13);
    }

    @Test
    void totals_scaledOverflow_isLeftOut() {
        UsageLedger ledger = new UsageLedger(1);
        ledger.add(step(1, 0, 1, PassFlags.SCALED, 1, new float[] {Float.NaN}));

        assertThat(ledger.totals().size()).isZero();
    }

    @Test
    void bytes_fewPatterns_areAtMostSixteenAParameter() {
        UsageLedger ledger = new UsageLedger(1_000);
        Random random = new Random(1);
        float[] norms = new float[1_000];
        long watched = 0;
        // As the reporter watches a job of 10,000 passes: the first 50, then 8 in each 64, norms in a few of them.
        for (int pass = 0; pass < 10_000; pass++) {
            boolean window = pass < 50 || pass % 64 < 8;
            if (!window) {
                continue;
            }
            long[] used = new long[Words.count(1_000)];
            Arrays.fill(used, 0, used.length - 1, -1);
            // A head joins in late, and is left out in one window of ten.
            used[0] = pass < 2_000 || pass / 64 % 10 == 0 ? 0 : -1;
            boolean normed = pass < 16 || pass % 64 < 3;
            for (int i = 0; normed && i < norms.length; i++) {
                norms[i] = random.nextFloat() + 1;
            }
            ledger.add(new Step(
                    0,
                    PassFlags.FORWARD_RAN,
                    1_000,
                    pass,
                    pass,
                    ++watched,
                    5,
                    used,
                    normed ? norms : null,
                    normed ? 3 : Double.NaN,
                    Double.NaN));
        }

        assertThat(ledger.used().patterns()).isEqualTo(2);
        assertThat(ledger.bytes()).isLessThanOrEqualTo(16 * 1_000);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void stream_cutAnywhere_equalsTheSnapshotOfAll(int seed) {
        Random random = new Random(seed);
        int parameters = 1 + random.nextInt(130);
        // Odd seeds go past both limits.
        List<Step> steps = randomSteps(random, parameters, seed % 2 == 0 ? 400 : 6_000, seed % 2 == 0 ? 5 : 100_000);
        UsageLedger whole = new UsageLedger(parameters);
        steps.forEach(whole::add);

        for (int trial = 0; trial < 3; trial++) {
            int cut = random.nextInt(steps.size());
            UsageLedger rank = new UsageLedger(parameters);
            steps.subList(0, cut).forEach(rank::add);
            UsageLedger copy = new UsageLedger(parameters, rank.snapshot(0, List.of()));
            // After a reconnect the reporter repeats some of what the ledger already holds.
            steps.subList(Math.max(0, cut - 3), cut)
                    .forEach(step -> assertThat(copy.add(step)).isFalse());
            steps.subList(cut, steps.size()).forEach(copy::add);

            assertSame(copy.snapshot(0, List.of()), whole.snapshot(0, List.of()));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void counts_pastTheLimits_areExact(int seed) {
        Random random = new Random(seed);
        int parameters = 70;
        List<Step> steps = randomSteps(random, parameters, 6_000, seed % 2 == 0 ? 3 : 100_000);
        UsageLedger ledger = new UsageLedger(parameters);
        steps.forEach(ledger::add);
        LedgerSnapshot snapshot = ledger.snapshot(0, List.of());
        Counts counts = snapshot.used().counts();
        assertThat(counts).isNotNull();

        long[] uses = counts.by().get(0).clone();
        long[] lastUse = counts.by().get(1).clone();
        long passes = counts.passes();
        for (Run run : snapshot.used().runs()) {
            passes += run.last() - run.first() + 1;
            for (int p : Words.bits(snapshot.used().patterns().get(run.pattern()))) {
                uses[p] += run.last() - run.first() + 1;
                lastUse[p] = run.last();
            }
        }
        long[] expectedUses = new long[parameters];
        long[] expectedLast = new long[parameters];
        Arrays.fill(expectedLast, -1);
        for (Step step : steps) {
            for (int p = 0; p < parameters; p++) {
                if (step.uses(p)) {
                    expectedUses[p]++;
                    expectedLast[p] = step.backward();
                }
            }
        }
        assertThat(passes).isEqualTo(steps.size());
        assertThat(uses).isEqualTo(expectedUses);
        assertThat(lastUse).isEqualTo(expectedLast);
        assertThat(snapshot.used().runs()).hasSizeLessThanOrEqualTo(Timeline.MAX_RUNS);
        assertThat(snapshot.used().patterns()).hasSizeLessThanOrEqualTo(Timeline.MAX_PATTERNS);
    }

    @Test
    void snapshot_malformed_namesWhatIsWrong() {
        LedgerSnapshot good = new UsageLedger(4).snapshot(0, List.of());
        LedgerSnapshot bad = new LedgerSnapshot(
                0,
                1,
                0,
                1,
                new LedgerSnapshot.Patterns(List.of(new long[] {1}), List.of(new Run(0, 0, 3, 2)), null),
                good.health(),
                null,
                null,
                -1,
                0,
                List.of(),
                List.of(),
                List.of(),
                good.times());

        assertThatThrownBy(() -> new UsageLedger(4, bad)).hasMessage("pattern of a run: 3 (expected: 0-0)");
    }

    private static List<Step> randomSteps(Random random, int parameters, int count, int differentPatterns) {
        List<Step> steps = new ArrayList<>();
        long backward = 0;
        for (int i = 0; i < count; i++) {
            backward += random.nextInt(4) == 0 ? 1 + random.nextInt(90) : 1;
            Random pattern = new Random(random.nextInt(differentPatterns));
            long[] used = new long[Words.count(parameters)];
            for (int p = 0; p < parameters; p++) {
                if (pattern.nextBoolean()) {
                    Words.set(used, p);
                }
            }
            int flags = random.nextInt(10) == 0 ? random.nextInt(8) : PassFlags.FORWARD_RAN;
            float[] norms = null;
            if (random.nextInt(3) == 0) {
                norms = new float[parameters];
                for (int p = 0; p < parameters; p++) {
                    norms[p] = pattern.nextInt(4) == 0 ? pattern.nextInt(2) - 1 : pattern.nextFloat();
                }
            }
            double checksum = random.nextInt(5) == 0 ? random.nextDouble() : Double.NaN;
            steps.add(new Step(
                    0,
                    flags,
                    parameters,
                    backward,
                    backward,
                    i + 1,
                    1 + random.nextInt(9),
                    used,
                    norms,
                    checksum,
                    Double.NaN));
        }
        return steps;
    }

    private static Step step(int parameters, long backward, long watched, int flags, long used, float[] norms) {
        return new Step(
                0, flags, parameters, backward, backward, watched, 0, new long[] {used}, norms, Double.NaN, Double.NaN);
    }

    private static void assertSame(LedgerSnapshot actual, LedgerSnapshot expected) {
        assertThat(actual).usingRecursiveComparison().isEqualTo(expected);
    }
}
