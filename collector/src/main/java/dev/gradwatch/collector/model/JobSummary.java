package dev.gradwatch.collector.model;

import dev.gradwatch.collector.model.Observation.GpuSampled;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A job as a line of a list.
 *
 * @param name as a person would call it
 * @param runKey equal for runs of the same job: its command, or its name where that is not known
 * @param exitCode null while it runs or where no launcher told
 * @param startedMicros Unix time; 0 where unknown
 * @param endedMicros 0 while it runs
 * @param ranks those that are known
 * @param step optimizer steps of the rank that is furthest
 * @param stepNanos mean time of a recent step; 0 where unknown
 * @param worst null where there is no finding
 * @param title of the worst finding; empty where there is none
 * @param updatedMicros when this was true
 * @param gpuPercent utilisation of its ranks' GPUs, the mean of all; null where unknown, as of a job that does not run
 */
public record JobSummary(
        String id,
        String name,
        String runKey,
        State state,
        @Nullable Integer exitCode,
        long startedMicros,
        long endedMicros,
        int worldSize,
        int ranks,
        long step,
        long stepNanos,
        String framework,
        @Nullable Severity worst,
        String title,
        int findings,
        long updatedMicros,
        @Nullable Integer gpuPercent) {

    /** Of a job whose GPUs nobody sees now. */
    public JobSummary(
            String id,
            String name,
            String runKey,
            State state,
            @Nullable Integer exitCode,
            long startedMicros,
            long endedMicros,
            int worldSize,
            int ranks,
            long step,
            long stepNanos,
            String framework,
            @Nullable Severity worst,
            String title,
            int findings,
            long updatedMicros) {
        this(
                id,
                name,
                runKey,
                state,
                exitCode,
                startedMicros,
                endedMicros,
                worldSize,
                ranks,
                step,
                stepNanos,
                framework,
                worst,
                title,
                findings,
                updatedMicros,
                null);
    }

    public enum State {
        RUNNING,
        FINISHED,
        FAILED;

        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public static JobSummary of(JobReport report, long nowMicros) {
        long step = 0;
        long stepNanos = 0;
        for (JobReport.Rank rank : report.ranks()) {
            step = Math.max(step, rank.step());
            stepNanos = Math.max(stepNanos, rank.stepNanos());
        }
        Finding worst = report.findings().isEmpty() ? null : report.findings().get(0);
        return new JobSummary(
                report.id(),
                report.name(),
                runKey(report),
                state(report),
                report.exitCode(),
                report.startedMicros(),
                report.endedMicros(),
                report.worldSize(),
                report.ranks().size(),
                step,
                stepNanos,
                report.framework(),
                worst == null ? null : worst.severity(),
                worst == null ? "" : worst.title(),
                report.findings().size(),
                nowMicros);
    }

    /** The same with what its ranks' GPUs do. Of a job that ended there is nothing to say. */
    public JobSummary with(List<GpuSampled> gpus) {
        int[] percents = state != State.RUNNING
                ? new int[0]
                : gpus.stream()
                        .map(sampled -> sampled.sample().gpuPercent())
                        .filter(Objects::nonNull)
                        .mapToInt(Integer::intValue)
                        .toArray();
        Integer mean = percents.length == 0
                ? null
                : (int) Math.round(IntStream.of(percents).average().orElse(0));
        return new JobSummary(
                id,
                name,
                runKey,
                state,
                exitCode,
                startedMicros,
                endedMicros,
                worldSize,
                ranks,
                step,
                stepNanos,
                framework,
                worst,
                title,
                findings,
                updatedMicros,
                mean);
    }

    private static String runKey(JobReport report) {
        return report.command().isEmpty() ? report.name() : String.join(" ", report.command());
    }

    private static State state(JobReport report) {
        if (report.endedMicros() == 0) {
            return State.RUNNING;
        }
        Integer exit = report.exitCode();
        boolean failed = exit != null
                ? exit != 0
                : report.ranks().stream()
                        .anyMatch(rank ->
                                rank.state() == JobReport.RankState.FAILED || rank.state() == JobReport.RankState.LOST);
        return failed ? State.FAILED : State.FINISHED;
    }
}
