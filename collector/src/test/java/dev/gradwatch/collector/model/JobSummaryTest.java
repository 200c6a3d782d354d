package dev.gradwatch.collector.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.model.Observation.GpuSampled;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JobSummaryTest {
    @Test
    void gpuPercent_isTheMeanOfTheRanksThatAreKnown() {
        JobSummary running = summary(JobSummary.State.RUNNING);
        assertThat(running.gpuPercent()).isNull();
        assertThat(running.with(List.of()).gpuPercent()).isNull();
        assertThat(running.with(List.of(sampled(0, null))).gpuPercent()).isNull();
        assertThat(running.with(List.of(sampled(0, 90), sampled(1, 11), sampled(2, null)))
                        .gpuPercent())
                .isEqualTo(51);
    }

    @Test
    void gpuPercent_ofAJobThatEnded_isNotKnown() {
        assertThat(summary(JobSummary.State.FAILED)
                        .with(List.of(sampled(0, 90)))
                        .gpuPercent())
                .isNull();
    }

    private static JobSummary summary(JobSummary.State state) {
        return new JobSummary("a", "", "", state, null, 0, 0, 2, 2, 0, 0, "", null, "", 0, 0);
    }

    private static GpuSampled sampled(int rank, @Nullable Integer percent) {
        return new GpuSampled("a", 1, rank, SampleGpus.sample("node", "GPU-" + rank, percent));
    }
}
