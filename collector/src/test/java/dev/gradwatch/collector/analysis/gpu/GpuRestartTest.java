package dev.gradwatch.collector.analysis.gpu;

import static dev.gradwatch.collector.analysis.gpu.GpuTrace.GB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.analysis.JobParts;
import dev.gradwatch.collector.analysis.JobState;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Gpu;
import dev.gradwatch.collector.model.GpuSample;
import dev.gradwatch.collector.model.JobPart;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.sink.store.FactText;
import dev.gradwatch.collector.source.recording.ObservationText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A collector that is started again, and a run that is told again, say the same of GPUs. */
class GpuRestartTest {
    private static final int SECONDS = 7_200;

    private static GpuTrace trace() {
        return new GpuTrace(2)
                .between(1_500, 1_900, 1, moment -> moment.percent = moment.trains() ? 12 : moment.percent)
                .between(2_000, 2_400, moment -> moment.throttle |= Gpu.HW_POWER_BRAKE_SLOWDOWN)
                .between(2_500, 3_000, 0, moment -> moment.own += 25 * GB)
                .between(
                        3_000,
                        3_300,
                        0,
                        moment -> moment.tenants = List.of(new GpuSample.Tenant(7, "python", 2_000_000_000L, null)))
                .between(4_000, SECONDS, 1, moment -> moment.own += 2 * GB * (moment.second - 4_000) / 600)
                .between(5_000, SECONDS, 1, moment -> moment.uncorrected = 3);
    }

    @Test
    void restarted_saysTheSameAfterwards() throws IOException {
        GpuTrace trace = trace();
        JobState whole = new JobState("job");
        JobState often = new JobState("job");
        List<Observation> told = new ArrayList<>();
        Set<String> ids = new LinkedHashSet<>();
        trace.start(told::add);
        for (int second = 0; second < SECONDS; second++) {
            trace.second(second, told::add);
            told.forEach(whole::apply);
            told.forEach(often::apply);
            told.clear();
            if (second % 97 == 0) {
                often = restored(often);
            }
            if (second % 20 == 0) {
                List<Finding> expected = whole.report().findings();
                expected.forEach(finding -> ids.add(finding.id()));
                assertThat(often.report().findings()).as("second %d", second).isEqualTo(expected);
            }
        }
        for (int rank = 0; rank < 2; rank++) {
            JobPart part = JobPart.ofRank(JobPart.Kind.GPU, rank);
            assertThat(FactText.encode(often.parts().fact(part)).body())
                    .isEqualTo(FactText.encode(whole.parts().fact(part)).body());
        }
        assertThat(ids)
                .contains(
                        "gpu_idle/ranks",
                        "gpu_throttled/ranks",
                        "gpu_memory_unequal/ranks",
                        "gpu_memory_taken/node0.7",
                        "gpu_errors/ecc");
    }

    private static JobState restored(JobState state) throws IOException {
        JobParts parts = state.parts();
        TreeMap<Long, byte[]> stored = new TreeMap<>();
        JobState again = new JobState("job");
        for (JobPart part : parts.parts()) {
            stored.put(part.place(), FactText.encode(parts.fact(part)).body());
        }
        for (byte[] body : stored.values()) {
            for (Observation observation : ObservationText.decode(body)) {
                again.apply(
                        observation instanceof Observation.ModelDescribed described
                                ? described(described, again)
                                : observation);
            }
        }
        return again;
    }

    /** A manifest is stored without its rank; here all ranks have the same. */
    private static Observation described(Observation.ModelDescribed described, JobState state) {
        for (int rank : state.parts().present()) {
            state.apply(new Observation.ModelDescribed("job", 1, rank, described.manifest()));
        }
        return new Observation.ModelDescribed("job", 1, 0, described.manifest());
    }

    @Test
    void toldAgainFromARecording_saysTheSame() throws IOException {
        GpuTrace trace = trace();
        List<Observation> told = new ArrayList<>();
        trace.start(told::add);
        for (int second = 0; second < 1_900; second++) {
            trace.second(second, told::add);
        }
        JobState state = new JobState("job");
        told.forEach(state::apply);
        JobState again = new JobState("job");
        ObservationText.decode(ObservationText.encode(told)).forEach(again::apply);
        assertThat(state.report().findings()).isNotEmpty();
        assertThat(again.report()).usingRecursiveComparison().isEqualTo(state.report());
    }
}
