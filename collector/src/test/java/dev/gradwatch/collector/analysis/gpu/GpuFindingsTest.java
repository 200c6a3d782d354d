package dev.gradwatch.collector.analysis.gpu;

import static dev.gradwatch.collector.analysis.gpu.GpuTrace.GB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.analysis.JobState;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Advice;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Gpu;
import dev.gradwatch.collector.model.GpuThresholds;
import dev.gradwatch.collector.model.LogMessage;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.Severity;
import dev.gradwatch.collector.words.Translated;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GpuFindingsTest {
    private final GpuThresholds thresholds = new GpuThresholds(30, 95, 20, 10, 95, 2, 5, 500_000_000, 25);
    private final JobState state = new JobState("job", thresholds);

    private Finding finding(GpuTrace trace, int seconds) {
        tell(trace, seconds);
        assertThat(state.report().findings()).hasSize(1);
        return Translated.whole(state.report().findings()).get(0);
    }

    private void tell(GpuTrace trace, int seconds) {
        trace.start(state::apply);
        for (int second = 0; second < seconds; second++) {
            trace.second(second, state::apply);
        }
    }

    private static List<Action> actions(List<Advice> advice) {
        return advice.stream().map(Advice::action).toList();
    }

    @Test
    void oneIdle_isTheOneThatTheOthersWaitFor() {
        Finding finding =
                finding(new GpuTrace(4).between(0, 300, moment -> moment.percent = moment.rank == 3 ? 14 : 99), 300);
        assertThat(finding.id()).isEqualTo("gpu_idle/ranks");
        assertThat(finding.severity()).isEqualTo(Severity.WARNING);
        assertThat(finding.ranks()).containsExactly(3);
        assertThat(finding.title())
                .isEqualTo("rank 3's GPU is idle while the others wait for it: busy 14 % of the time, the others 99 %");
        assertThat(actions(finding.advice())).containsExactly(Action.LOOK_AT_SLOW_RANK, Action.FEED_THE_GPU);
        assertThat(finding.advice().get(0).snippet()).isEqualTo("py-spy dump --pid 4003   # rank 3, on node0");
        assertThat(actions(finding.avoid())).contains(Action.ADD_GPUS);
    }

    @Test
    void allIdle_waitForData() {
        Finding finding = finding(new GpuTrace(2).between(0, 300, moment -> moment.percent = 18), 300);
        assertThat(finding.id()).isEqualTo("gpu_idle/job");
        assertThat(finding.title())
                .isEqualTo("the GPUs are busy 18 % of the time on both ranks: training waits for something else");
        assertThat(actions(finding.advice()))
                .containsExactly(Action.FEED_THE_GPU, Action.LOOK_AT_THE_CPU, Action.RAISE_BATCH_SIZE);
        assertThat(actions(finding.avoid())).containsExactly(Action.ADD_GPUS);
    }

    @Test
    void wavering_doesNotFlap() {
        GpuTrace trace =
                new GpuTrace(1).between(0, 1_000, moment -> moment.percent = moment.second / 40 % 2 == 0 ? 28 : 33);
        trace.start(state::apply);
        int changes = 0;
        boolean told = false;
        for (int second = 0; second < 1_000; second++) {
            trace.second(second, state::apply);
            boolean now = !state.report().findings().isEmpty();
            changes += now == told ? 0 : 1;
            told = now;
        }
        assertThat(changes).isEqualTo(1);
    }

    @Test
    void saturated_isWorthKnowing() {
        Finding finding = finding(new GpuTrace(2).between(0, 300, moment -> moment.percent = 99), 300);
        assertThat(finding.id()).isEqualTo("gpu_saturated/job");
        assertThat(finding.severity()).isEqualTo(Severity.INFO);
        assertThat(finding.title()).isEqualTo("the GPUs are the limit: they are busy 99 % of the time on both ranks");
        assertThat(actions(finding.avoid())).containsExactly(Action.FEED_THE_GPU);
    }

    @Test
    void fullAndFlat_isHealthy() {
        tell(new GpuTrace(1).between(0, 600, moment -> moment.own = 78 * GB), 600);
        assertThat(state.report().findings()).isEmpty();
    }

    @Test
    void fullAndRising_runsOut() {
        Finding finding = finding(
                new GpuTrace(1).between(0, 300, moment -> moment.own = 60 * GB + 0.06 * GB * moment.second), 300);
        assertThat(finding.id()).isEqualTo("gpu_memory_full/ranks");
        assertThat(finding.title())
                .isEqualTo("the memory of rank 0's GPU is 98 % full and still rising: 78.5 GB of 80.0 GB");
        assertThat(actions(finding.advice())).containsExactly(Action.REDUCE_GPU_MEMORY, Action.KEEP_NO_GRAPHS);
        assertThat(actions(finding.avoid())).containsExactly(Action.EMPTY_CACHE);
    }

    @Test
    void takenByUnknown_isToldByWhatWasThereBefore() {
        Finding finding = finding(
                new GpuTrace(1).between(0, 300, moment -> {
                    moment.before = 3_200_000_000L;
                    moment.others = 3.9 * GB;
                }),
                300);
        assertThat(finding.id()).isEqualTo("gpu_memory_taken/others");
        assertThat(finding.title())
                .isEqualTo("other processes hold 3.2 GB of rank 0's GPU since before the job started");
        tell2(new GpuTrace(1).between(300, 400, moment -> moment.before = 3_200_000_000L), 300, 400);
        assertThat(state.report().findings()).isEmpty();
    }

    private void tell2(GpuTrace trace, int from, int to) {
        for (int second = from; second < to; second++) {
            trace.second(second, state::apply);
        }
    }

    @Test
    void twoRanksOnOneGpu_areTold_unlessTheLogSaysIt() {
        Finding finding =
                finding(new GpuTrace(4).between(0, 100, moment -> moment.uuid = "GPU-" + moment.rank % 2), 100);
        assertThat(finding.id()).isEqualTo("gpu_shared_by_ranks/ranks");
        assertThat(finding.title())
                .isEqualTo("ranks 0,2 compute on one GPU, GPU 0 of node0, and 1 more GPU is shared likewise");
        assertThat(finding.ranks()).containsExactly(0, 1, 2, 3);
        assertThat(finding.advice().get(0).snippet()).contains("torch.cuda.set_device");
        state.apply(new Observation.MessageSeen(
                "job",
                1,
                new LogMessage(
                        "nccl.dup_gpu",
                        Severity.ERROR,
                        "stderr",
                        1,
                        1,
                        0,
                        0,
                        Map.of("rank_a", 0, "rank_b", 2),
                        "Duplicate GPU detected",
                        LogMessage.Guide.NONE)));
        assertThat(state.report().findings())
                .filteredOn(other -> other.cause() == Cause.GPU_SHARED_BY_RANKS)
                .hasSize(1)
                .allMatch(other -> !other.id().equals("gpu_shared_by_ranks/ranks"));
    }

    @Test
    void powerCap_isNoThrottling() {
        tell(new GpuTrace(1).between(0, 300, moment -> moment.throttle = Gpu.SW_POWER_CAP | Gpu.SYNC_BOOST), 300);
        assertThat(state.report().findings()).isEmpty();
    }

    @Test
    void endedJob_keepsOnlyWhatMayExplainItsEnd() {
        tell(
                new GpuTrace(2).between(0, 300, moment -> {
                    moment.percent = 10;
                    moment.state = moment.rank == 1 && moment.second > 290 ? Gpu.State.LOST : moment.state;
                }),
                300);
        assertThat(state.report().findings())
                .extracting(Finding::id)
                .containsExactly("gpu_errors/lost", "gpu_idle/job");
        state.apply(new Observation.JobEnded("job", GpuTrace.micros(300), 1));
        assertThat(state.report().findings())
                .extracting(Finding::id)
                .contains("gpu_errors/lost")
                .doesNotContain("gpu_idle/job");
    }

    @Test
    void startUp_isNotJudged() {
        tell(new GpuTrace(1).between(0, 110, moment -> moment.percent = 1), 110);
        assertThat(state.report().findings()).isEmpty();
    }
}
