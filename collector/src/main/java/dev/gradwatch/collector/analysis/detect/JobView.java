package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.analysis.state.Launch;
import dev.gradwatch.collector.analysis.state.LogBook;
import dev.gradwatch.collector.analysis.state.RankState;
import dev.gradwatch.collector.model.GpuThresholds;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.Observation.JobEnded;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A job as it stands now, worked up for the detectors and the report. Lives as long as one report takes to make. */
public final class JobView {
    private final String id;
    private final String name;
    private final List<String> command;
    private final long startedMicros;
    private final @Nullable JobEnded ended;
    private final @Nullable Launch launch;
    private final LogBook log;
    private final GpuThresholds thresholds;
    private final List<ModelView> models = new ArrayList<>();

    public JobView(
            String id,
            String name,
            List<String> command,
            long startedMicros,
            @Nullable JobEnded ended,
            @Nullable Launch launch,
            LogBook log,
            GpuThresholds thresholds) {
        this.id = id;
        this.name = name;
        this.command = command;
        this.startedMicros = startedMicros;
        this.ended = ended;
        this.launch = launch;
        this.log = log;
        this.thresholds = thresholds;
        TreeSet<Integer> modelIds = new TreeSet<>();
        ranks().values().forEach(rank -> modelIds.addAll(rank.models().keySet()));
        for (int model : modelIds) {
            models.add(new ModelView(this, model));
        }
    }

    /** Where a rank stands in its life. */
    public JobReport.RankState stateOf(RankState rank) {
        if (RankEnds.fatalFailure(this, rank) != null) {
            return JobReport.RankState.FAILED;
        }
        if (rank.left()) {
            return rank.leftInOrder() ? JobReport.RankState.FINISHED : JobReport.RankState.LOST;
        }
        if (ended == null) {
            return JobReport.RankState.RUNNING;
        }
        Integer exit = ended.exitCode();
        return exit != null && exit == 0 ? JobReport.RankState.FINISHED : JobReport.RankState.LOST;
    }

    /** Trainer libraries that any rank imported, with their versions. */
    public SortedMap<String, String> libraries() {
        SortedMap<String, String> all = new TreeMap<>();
        ranks().values().forEach(rank -> all.putAll(rank.info().libraries()));
        return all;
    }

    /** Whether its ranks are devices of a JVM that trains by DJL. */
    public boolean isDjl() {
        return ranks().values().stream().anyMatch(rank -> rank.info().isDjl());
    }

    /** Such as {@code torch 2.13.0+cpu}; empty where no rank reported. */
    public String framework() {
        return ranks().values().stream()
                .findFirst()
                .map(rank -> (rank.info().framework() + " " + rank.info().frameworkVersion()).trim())
                .orElse("");
    }

    /** Ranks that joined the latest launch, by number. */
    public SortedMap<Integer, RankState> ranks() {
        return launch == null ? Collections.emptySortedMap() : launch.ranks();
    }

    public List<ModelView> models() {
        return models;
    }

    public @Nullable Launch launch() {
        return launch;
    }

    /** What the job printed. */
    public LogBook log() {
        return log;
    }

    /** From when on what GPUs do is a finding. */
    public GpuThresholds thresholds() {
        return thresholds;
    }

    public int worldSize() {
        return launch == null ? 0 : launch.worldSize();
    }

    public boolean hasEnded() {
        return ended != null;
    }

    /** Null while it runs, or where no launcher told. */
    public @Nullable Integer exitCode() {
        return ended == null ? null : ended.exitCode();
    }

    /** Whether the launcher said that it ended with another status than 0. */
    public boolean exitedBadly() {
        Integer exit = exitCode();
        return exit != null && exit != 0;
    }

    public String id() {
        return id;
    }

    /** As the launcher called it; empty where none did. */
    public String name() {
        return name;
    }

    public List<String> command() {
        return command;
    }

    public long startedMicros() {
        return startedMicros;
    }

    /** 0 while it runs. */
    public long endedMicros() {
        return ended == null ? 0 : ended.micros();
    }
}
