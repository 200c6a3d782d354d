package dev.gradwatch.collector.bench;

import dev.gradwatch.collector.analysis.JobState;
import dev.gradwatch.collector.analysis.gpu.GpuTrace;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.Observation.GpuSampled;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What it costs to fold the samples of 1,024 GPUs, and to look at all of them. */
public final class GpuBenchmark {
    private static final int RANKS = 1_024;
    private static final int SECONDS = 900;
    private static final int WARM = 400;
    private static final int LOOKS = 300;

    private GpuBenchmark() {}

    public static void main(String[] arguments) {
        JobState watched = new JobState("job");
        JobState unwatched = new JobState("job");
        GpuTrace trace = new GpuTrace(RANKS);
        trace.start(watched::apply);
        trace.start(unwatched::apply);
        List<Observation> told = new ArrayList<>();
        long nanos = 0;
        long samples = 0;
        for (int second = 0; second < SECONDS; second++) {
            told.clear();
            trace.second(second, told::add);
            for (Observation observation : told) {
                if (!(observation instanceof GpuSampled)) {
                    watched.apply(observation);
                    unwatched.apply(observation);
                }
            }
            told.removeIf(observation -> !(observation instanceof GpuSampled));
            long began = cpuNanos();
            told.forEach(watched::apply);
            if (second >= WARM) {
                nanos += cpuNanos() - began;
                samples += told.size();
            }
        }
        say("a sample folded: %.0f ns", (double) nanos / samples);
        double without = looked(unwatched);
        say("a report of %,d ranks: %.2f ms, without GPUs %.2f ms", RANKS, looked(watched), without);
    }

    private static double looked(JobState state) {
        for (int i = 0; i < LOOKS; i++) {
            state.report();
        }
        long began = cpuNanos();
        for (int i = 0; i < LOOKS; i++) {
            state.report();
        }
        return (cpuNanos() - began) / 1e6 / LOOKS;
    }

    /** Of this thread, so that whatever else the machine does is left out. */
    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static void say(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}
