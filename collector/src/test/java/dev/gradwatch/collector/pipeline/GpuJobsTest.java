package dev.gradwatch.collector.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.analysis.gpu.GpuTrace;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.GpuThresholds;
import dev.gradwatch.collector.model.JobFact;
import dev.gradwatch.collector.model.JobPart.Kind;
import dev.gradwatch.collector.model.Observation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What is kept of the GPUs of a job that runs. */
class GpuJobsTest {
    private static final int RANKS = 2;
    /** Every GPU of a healthy trace is idle by these. */
    private static final GpuThresholds EAGER = new GpuThresholds(99, 100, 20, 10, 95, 2, 5, 500_000_000, 25);

    private final Map<Long, JobFact> store = new TreeMap<>();
    private final List<JobFact> written = new ArrayList<>();
    private final GpuTrace trace = new GpuTrace(RANKS);

    private void tell(Jobs jobs, int from, int to) {
        for (int second = from; second < to; second++) {
            trace.second(second, jobs::accept);
            drain(jobs, second);
        }
    }

    private void drain(Jobs jobs, int second) {
        jobs.drain(1_000, false, GpuTrace.micros(second), (job, fact) -> {
            store.put(fact.part().place(), fact);
            written.add(fact);
        });
    }

    private long gpuFacts() {
        return written.stream().filter(fact -> fact.part().kind() == Kind.GPU).count();
    }

    private static List<Finding> findings(Jobs jobs) {
        return jobs.report("job").orElseThrow().findings();
    }

    @Test
    void samples_areWrittenOnceInHalfAMinute_andWhenTheRankLeaves() {
        Jobs jobs = new Jobs();
        trace.start(jobs::accept);
        tell(jobs, 0, 315);
        assertThat(gpuFacts()).isBetween(8L * RANKS, 11L * RANKS);
        written.clear();
        jobs.accept(new Observation.RankLeft("job", GpuTrace.micros(315), 0, true, "exit"));
        drain(jobs, 315);
        assertThat(gpuFacts()).isEqualTo(1);
        jobs.accept(new Observation.JobEnded("job", GpuTrace.micros(315), 0));
        drain(jobs, 315);
        assertThat(gpuFacts()).isEqualTo(RANKS);
        assertThat(jobs.unwritten()).isZero();
    }

    @Test
    void restarted_knowsWhatItKnew() {
        Jobs before = new Jobs(null, Recollection.NONE, EAGER);
        trace.start(before::accept);
        tell(before, 0, 300);
        before.drain(
                1_000,
                true,
                GpuTrace.micros(300),
                (job, fact) -> store.put(fact.part().place(), fact));
        assertThat(findings(before)).extracting(Finding::id).containsExactly("gpu_idle/job");

        Jobs after = new Jobs(
                null,
                job -> store.values().stream()
                        .flatMap(fact -> fact.observations().stream())
                        .toList(),
                EAGER);
        after.recall("job", GpuTrace.micros(301));
        assertThat(findings(after)).isEqualTo(findings(before));
        tell(after, 301, 302);
        assertThat(findings(after)).extracting(Finding::id).containsExactly("gpu_idle/job");
    }

    @Test
    void thresholds_areThoseThatItWasGiven() {
        Jobs jobs = new Jobs();
        trace.start(jobs::accept);
        tell(jobs, 0, 300);
        assertThat(findings(jobs)).isEmpty();
    }
}
