package dev.gradwatch.collector.cli.sidecar;

import dev.gradwatch.collector.model.GpuSample;
import dev.gradwatch.collector.model.Observation.GpuSampled;
import dev.gradwatch.collector.model.Observation.RankJoined;
import dev.gradwatch.collector.model.RankInfo;
import dev.gradwatch.collector.pipeline.Examiner;
import dev.gradwatch.collector.pipeline.Jobs;
import java.util.List;
import java.util.Map;

/** Jobs whose ranks say Hello and have GPUs, and nothing else. */
public final class SampledJobs {
    public static final long PID = 4_054;

    /** Its ranks' pids follow {@link #PID}. */
    public static void join(Jobs jobs, String job, int rank, String host) {
        jobs.accept(new RankJoined(
                job,
                1,
                rank,
                new RankInfo(
                        "group",
                        0,
                        8,
                        0,
                        host,
                        PID + rank,
                        "cuda:0",
                        null,
                        "torch",
                        "2.13.0",
                        "python",
                        List.of("train.py"),
                        Map.of())));
    }

    public static void sample(Jobs jobs, String job, int rank, long micros, GpuSample sample) {
        jobs.accept(new GpuSampled(job, micros, rank, sample));
    }

    /** Has all that changed be looked at. */
    public static void examine(Jobs jobs) throws InterruptedException {
        new Examiner(jobs, examination -> {}).finish();
    }

    private SampledJobs() {}
}
