package dev.gradwatch.agent.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gradwatch.wire.Ledger;
import dev.gradwatch.wire.Limits;
import dev.gradwatch.wire.StepFlags;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The patterns against a plain list of all passes. */
class PatternsTest {
    static IntStream seeds() {
        return IntStream.range(0, 60);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void sequence_isCountedExactly(int seed) {
        int size = new int[] {1, 7, 64, 65}[new Random(seed).nextInt(4)];
        check(seed, size, seed % 9 + 1, 200, 4, 12);
    }

    @Test
    void patternThatIsNewInEveryPass_staysWithinTheLimits() {
        check(1, 40, 2_000, 3_000, Limits.MAX_PATTERNS, Limits.MAX_RUNS);
    }

    @Test
    void steadyJob_isOneRun() {
        Patterns patterns = new Patterns(3, 1, Limits.MAX_PATTERNS, Limits.MAX_RUNS);
        for (int backward = 0; backward < 10_000; backward++) {
            patterns.add(backward, new long[] {5}, 2);
        }
        assertThat(members(patterns).get("runs").toString()).isEqualTo("[[0,9999,0,2]]");
    }

    private static void check(int seed, int size, int distinct, int passes, int maxPatterns, int maxRuns) {
        Random random = new Random(seed);
        List<long[]> choices = new ArrayList<>();
        for (int i = 0; i < distinct; i++) {
            long[] words = new long[(size + 63) / 64];
            for (int bit = 0; bit < size; bit++) {
                words[bit / 64] |= random.nextBoolean() ? 1L << bit : 0;
            }
            choices.add(words);
        }
        Patterns patterns = new Patterns(size, 1, maxPatterns, maxRuns);
        List<long[]> all = new ArrayList<>();
        int[] flagChoices = {2, 2, 2, 3, 6};
        long backward = 0;
        long[] counts = new long[size];
        long[] latest = LongStream.generate(() -> -1).limit(size).toArray();
        for (int i = 0; i < passes; i++) {
            backward += random.nextInt(4) == 0 ? 5 : 1;
            long[] pattern = choices.get(random.nextInt(distinct));
            int flags = flagChoices[random.nextInt(flagChoices.length)];
            patterns.add(backward, pattern.clone(), flags);
            all.add(new long[] {backward, flags});
            for (int bit = 0; bit < size; bit++) {
                if ((pattern[bit / 64] >> bit & 1) != 0) {
                    counts[bit]++;
                    latest[bit] = backward;
                }
            }
        }
        JsonNode members = members(patterns);
        assertThat(members.get("patterns").size()).isLessThanOrEqualTo(maxPatterns);
        assertThat(members.get("runs").size()).isLessThanOrEqualTo(maxRuns);
        assertThat(Frames.passes(members)).isEqualTo(passes);
        long[] toldCounts = new long[size];
        long[] toldLatest = LongStream.generate(() -> -1).limit(size).toArray();
        JsonNode folded = members.get("counts");
        int kept = all.size();
        if (!folded.isNull()) {
            for (int bit = 0; bit < size; bit++) {
                toldCounts[bit] = folded.at("/by/0/" + bit).asLong();
                toldLatest[bit] = folded.at("/by/1/" + bit).asLong();
            }
            kept -= folded.get("passes").asInt();
            List<long[]> before = all.subList(0, all.size() - kept);
            assertThat(folded.get("first").asLong()).isEqualTo(before.get(0)[0]);
            assertThat(folded.get("last").asLong()).isEqualTo(before.get(before.size() - 1)[0]);
            assertThat(folded.get("partial").asLong())
                    .isEqualTo(before.stream()
                            .filter(pass -> (pass[1] & StepFlags.PARTIAL) != 0)
                            .count());
            assertThat(folded.get("no_sync").asLong())
                    .isEqualTo(before.stream()
                            .filter(pass -> (pass[1] & StepFlags.NO_SYNC) != 0)
                            .count());
        }
        List<long[]> told = new ArrayList<>();
        for (JsonNode run : members.get("runs")) {
            String pattern = members.get("patterns").get(run.get(2).asInt()).asText();
            for (long pass = run.get(0).asLong(); pass <= run.get(1).asLong(); pass++) {
                told.add(new long[] {pass, run.get(3).asLong()});
                for (int bit : Frames.bits(pattern, size, 0)) {
                    toldCounts[bit]++;
                    toldLatest[bit] = pass;
                }
            }
        }
        assertThat(told.toArray(new long[0][]))
                .isDeepEqualTo(all.subList(all.size() - kept, all.size()).toArray(new long[0][]));
        assertThat(toldCounts).isEqualTo(counts);
        assertThat(toldLatest).isEqualTo(latest);
    }

    private static JsonNode members(Patterns patterns) {
        Ledger.Series none = new Ledger.Series(new long[0], new double[0]);
        Ledger.Patterns nothing = new Ledger.Patterns(List.of(), List.of(), null);
        return Frames.json(new Ledger(
                        0,
                        0,
                        0,
                        0,
                        patterns.snapshot(),
                        nothing,
                        null,
                        none,
                        none,
                        List.of(),
                        new Ledger.Times(0, 0, 0, 0)))
                .get("used");
    }
}
