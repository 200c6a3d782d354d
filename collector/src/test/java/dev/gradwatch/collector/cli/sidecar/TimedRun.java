package dev.gradwatch.collector.cli.sidecar;

import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.Manifest;
import dev.gradwatch.collector.model.ModelProgress;
import dev.gradwatch.collector.model.Observation.JobEnded;
import dev.gradwatch.collector.model.Observation.JobStarted;
import dev.gradwatch.collector.model.Observation.ModelDescribed;
import dev.gradwatch.collector.model.Observation.RankJoined;
import dev.gradwatch.collector.model.Observation.RankLeft;
import dev.gradwatch.collector.model.Observation.RankProgressed;
import dev.gradwatch.collector.model.RankInfo;
import dev.gradwatch.collector.model.WatchCost;
import dev.gradwatch.collector.pipeline.Jobs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A run of two ranks, of the same job as all others where nothing else is said. */
final class TimedRun {
    static final long START = 1_767_225_600_000_000L;
    private static final long HOUR = 3_600_000_000L;

    final String job;
    private boolean flag;
    private boolean staticGraph;
    private boolean ddp = true;
    private long start = START;
    private long end = START + HOUR / 2;
    private long steps = 50;
    private int tensors = 2;
    private long[] nanos = {12_000_000, 12_000_000};
    private String model = "Net";
    private String command = "train.py";
    private String framework = "2.13";
    private String device = "cpu";

    TimedRun(String job) {
        this.job = job;
    }

    TimedRun flag() {
        flag = true;
        return this;
    }

    TimedRun staticGraph() {
        staticGraph = true;
        return this;
    }

    TimedRun plain() {
        ddp = false;
        return this;
    }

    TimedRun hour(int hour) {
        start = START + hour * HOUR;
        end = start + HOUR / 2;
        return this;
    }

    TimedRun lasting(int hours) {
        end = start + hours * HOUR;
        return this;
    }

    TimedRun steps(long each) {
        steps = each;
        return this;
    }

    TimedRun tensors(int count) {
        tensors = count;
        return this;
    }

    TimedRun nanos(long... ofRanks) {
        nanos = ofRanks;
        return this;
    }

    TimedRun model(String name) {
        model = name;
        return this;
    }

    TimedRun command(String script) {
        command = script;
        return this;
    }

    TimedRun framework(String version) {
        framework = version;
        return this;
    }

    TimedRun device(String name) {
        device = name;
        return this;
    }

    JobReport report() {
        return jobs().report(job).orElseThrow();
    }

    Jobs jobs() {
        Jobs jobs = new Jobs();
        jobs.accept(new JobStarted(job, start, "train", List.of("torchrun", command)));
        for (int rank = 0; rank < nanos.length; rank++) {
            jobs.accept(new RankJoined(
                    job,
                    start,
                    rank,
                    new RankInfo(
                            "group",
                            0,
                            nanos.length,
                            rank,
                            "host",
                            100 + rank,
                            device,
                            null,
                            "torch",
                            framework,
                            "python",
                            List.of(command),
                            Map.of())));
            jobs.accept(new ModelDescribed(job, start, rank, manifest()));
            jobs.accept(new RankProgressed(
                    job, start, rank, List.of(new ModelProgress(0, steps, steps, 0, nanos[rank], 2)), WatchCost.NONE));
            jobs.accept(new RankLeft(job, end, rank, true, "exit"));
        }
        jobs.accept(new JobEnded(job, end, 0));
        return jobs;
    }

    private Manifest manifest() {
        List<Manifest.Parameter> parameters = new ArrayList<>();
        for (int i = 0; i < tensors; i++) {
            parameters.add(new Manifest.Parameter("p" + i, List.of(4), "float32", true, true, 0, List.of()));
        }
        return new Manifest(
                0,
                model,
                ddp ? "DistributedDataParallel" : "Module",
                tensors,
                tensors,
                List.of(new Manifest.Module("", model)),
                parameters,
                ddp ? new Manifest.DdpSettings(flag, staticGraph, true, false, 25, false) : null,
                List.of());
    }

    @Override
    public String toString() {
        return job;
    }
}
