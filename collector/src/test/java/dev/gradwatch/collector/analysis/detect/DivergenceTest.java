package dev.gradwatch.collector.analysis.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.analysis.TestJob;
import dev.gradwatch.collector.analysis.ledger.Words;
import dev.gradwatch.collector.analysis.state.Launch;
import dev.gradwatch.collector.model.GpuThresholds;
import dev.gradwatch.collector.model.Manifest;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.PassFlags;
import dev.gradwatch.collector.model.RankInfo;
import dev.gradwatch.collector.model.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DivergenceTest {
    private static final int PARAMETERS = 6;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void sweep_equalsComparingPassByPass(int seed) {
        Random random = new Random(seed);
        int ranks = 2 + random.nextInt(4);
        List<Map<Long, Long>> byPass = new ArrayList<>();
        Launch launch = launch(ranks, PARAMETERS);
        for (int rank = 0; rank < ranks; rank++) {
            byPass.add(new java.util.HashMap<>());
            long backward = 0;
            long pattern = 63;
            for (int watched = 1; watched <= 60; watched++) {
                backward += random.nextInt(5) == 0 ? 1 + random.nextInt(9) : 1;
                pattern = random.nextInt(4) == 0 ? random.nextInt(64) : pattern;
                byPass.get(rank).put(backward, pattern);
                launch.apply(step(rank, PARAMETERS, backward, watched, new long[] {pattern}));
            }
        }
        long expected = 0;
        long passes = 0;
        for (long pass = 0; pass < 1_000; pass++) {
            long used = 0;
            long all = 63;
            for (Map<Long, Long> rank : byPass) {
                Long pattern = rank.get(pass);
                if (pattern != null) {
                    used |= pattern;
                    all &= pattern;
                }
            }
            expected |= used & ~all;
            passes += (used & ~all) != 0 ? 1 : 0;
        }

        Divergence divergence = new Divergence(facts(launch), new long[] {63});

        assertThat(divergence.parameters()).containsExactly(expected);
        assertThat(divergence.passes()).isEqualTo(passes);
    }

    @Test
    void work_ofManyRanksWithFewPatterns_isBoundedByTheirRuns() {
        int ranks = 1_024;
        int parameters = 1_000;
        Launch launch = launch(ranks, parameters);
        long[] all = new long[Words.count(parameters)];
        Arrays.fill(all, -1);
        all[all.length - 1] = (1L << parameters % 64) - 1;
        long[] some = all.clone();
        some[3] = 0;
        for (int rank = 0; rank < ranks; rank++) {
            for (int pass = 0; pass < 200; pass++) {
                // The pattern changes ten times, and on odd ranks the other way round.
                launch.apply(step(rank, parameters, pass, pass + 1, (pass / 20 + rank) % 2 == 0 ? all : some));
            }
        }

        Divergence divergence = new Divergence(facts(launch), all);

        assertThat(divergence.passes()).isEqualTo(200);
        assertThat(Words.cardinality(divergence.parameters())).isEqualTo(64);
        assertThat(divergence.stretches()).isEqualTo(10);
    }

    private static Launch launch(int ranks, int parameters) {
        Manifest manifest = TestJob.manifest(
                0,
                "Net",
                java.util.stream.IntStream.range(0, parameters / 2)
                        .mapToObj(i -> "m" + i)
                        .toList(),
                new Manifest.DdpSettings(true, false, true, false, 25, false));
        Launch launch = null;
        for (int rank = 0; rank < ranks; rank++) {
            RankInfo info = new RankInfo(
                    "", 0, ranks, rank, "host", rank, "cpu", null, "torch", "2", "python", List.of(), Map.of());
            launch = launch == null ? new Launch(info, GpuThresholds.DEFAULTS) : launch;
            launch.join(new Observation.RankJoined("job", 0, rank, info));
            launch.apply(new Observation.ModelDescribed("job", 0, rank, manifest));
        }
        return launch;
    }

    private static List<RankFacts> facts(Launch launch) {
        List<RankFacts> facts = new ArrayList<>();
        launch.ranks()
                .forEach((rank, state) ->
                        facts.add(new RankFacts(rank, state, state.models().get(0))));
        return facts;
    }

    private static Observation step(int rank, int parameters, long backward, long watched, long[] used) {
        return new Observation.StepReported(
                "job",
                0,
                rank,
                new Step(
                        0,
                        PassFlags.FORWARD_RAN,
                        parameters,
                        backward,
                        backward,
                        watched,
                        0,
                        used,
                        null,
                        Double.NaN,
                        Double.NaN));
    }
}
