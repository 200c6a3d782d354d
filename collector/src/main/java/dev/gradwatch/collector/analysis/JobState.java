package dev.gradwatch.collector.analysis;

import dev.gradwatch.collector.analysis.detect.Detectors;
import dev.gradwatch.collector.analysis.detect.JobView;
import dev.gradwatch.collector.analysis.report.MarkTable;
import dev.gradwatch.collector.analysis.report.ParameterTable;
import dev.gradwatch.collector.analysis.report.PassTable;
import dev.gradwatch.collector.analysis.report.ReportWriter;
import dev.gradwatch.collector.analysis.state.Launch;
import dev.gradwatch.collector.analysis.state.LogBook;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.GpuThresholds;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.LogMessage;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.Observation.JobEnded;
import dev.gradwatch.collector.model.Observation.JobStarted;
import dev.gradwatch.collector.model.Observation.LaunchesRemembered;
import dev.gradwatch.collector.model.Observation.LogRead;
import dev.gradwatch.collector.model.Observation.MessageSeen;
import dev.gradwatch.collector.model.Observation.RankJoined;
import dev.gradwatch.collector.model.Observation.StepReported;
import dev.gradwatch.collector.model.ParameterMarks;
import dev.gradwatch.collector.model.ParameterUsage;
import dev.gradwatch.collector.model.PassUsage;
import dev.gradwatch.collector.model.RankInfo;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one job. Changes only by {@link #apply}; one thread at a time.
 *
 * <p>The live ranks are those of the latest launch: the latest group, in its latest attempt. When a launch takes the place of another, the
 * findings of the former that the job died or would have died of are kept as they stood; nothing else of it is.
 */
public final class JobState {
    /** Findings of former launches kept, oldest first. */
    public static final int MAX_EARLIER_FINDINGS = 64;

    /** Groups remembered, so that a straggler of a former one does not take the place of the latest. */
    public static final int MAX_GROUPS = 1024;

    /** Torchrun's word that it starts its workers again. */
    private static final String RESTARTED = "elastic.restart";

    private final String job;
    private final GpuThresholds thresholds;
    private final List<Finding> earlier = new ArrayList<>();
    private final Set<String> formerGroups = new LinkedHashSet<>();
    private final LogBook log = new LogBook();
    private @Nullable Launch launch;
    private @Nullable JobStarted started;
    private @Nullable JobEnded ended;
    private long firstMicros;

    public JobState(String job) {
        this(job, GpuThresholds.DEFAULTS);
    }

    public JobState(String job, GpuThresholds thresholds) {
        this.job = job;
        this.thresholds = thresholds;
    }

    /**
     * Folds one fact in.
     *
     * @return false where it was a repeat of what the state already holds, and merged into nothing
     * @throws IllegalArgumentException where it contradicts what the rank said before (a parameter index out of range, say); the state is unchanged
     */
    public boolean apply(Observation observation) {
        if (!observation.job().equals(job)) {
            throw new IllegalArgumentException("job: " + observation.job() + " (expected: " + job + ")");
        }
        boolean applied = fold(observation);
        if (firstMicros == 0) {
            firstMicros = observation.micros();
        }
        return applied;
    }

    private boolean fold(Observation observation) {
        if (observation instanceof StepReported && launch != null) {
            // Nearly all are, so the rest is not asked for each.
            return launch.apply(observation);
        } else if (observation instanceof JobStarted start) {
            started = start;
            return true;
        } else if (observation instanceof JobEnded end) {
            // The launcher's word, with an exit code, outlasts the guess that the last rank's leaving makes.
            if (ended != null && ended.exitCode() != null && end.exitCode() == null) {
                return false;
            }
            ended = end;
            return true;
        } else if (observation instanceof RankJoined joined) {
            return join(joined);
        } else if (observation instanceof MessageSeen seen) {
            return hear(seen.message());
        } else if (observation instanceof LaunchesRemembered remembered) {
            formerGroups.addAll(remembered.groups());
            keep(remembered.findings());
            log.startAt(remembered.logAttempt());
            return true;
        } else if (observation instanceof LogRead read) {
            log.read(read.source(), read.lines());
            return true;
        }
        if (launch == null) {
            throw new IllegalArgumentException("rank: none joined (expected: RankJoined first)");
        }
        return launch.apply(observation);
    }

    private boolean join(RankJoined joined) {
        RankInfo info = joined.info();
        Launch current = launch;
        if (current == null || !current.group().equals(info.group())) {
            if (formerGroups.contains(info.group())) {
                return false;
            }
        } else if (info.attempt() < current.attempt()) {
            return false;
        } else if (info.attempt() == current.attempt()) {
            current.join(joined);
            forgetGuessedEnd();
            return true;
        }
        Launch next = new Launch(info, thresholds);
        next.join(joined);
        if (current != null) {
            keepFindingsOf(current);
            if (!current.group().equals(info.group()) && formerGroups.size() < MAX_GROUPS) {
                formerGroups.add(current.group());
            }
        }
        launch = next;
        forgetGuessedEnd();
        return true;
    }

    /** What was printed before torchrun starts the workers again is of the launch before. */
    private boolean hear(LogMessage message) {
        boolean restarted = message.is(RESTARTED);
        if (restarted || log.beginsAttempt(message)) {
            keep(Detectors.findings(view(launch)));
            log.forget();
        }
        return restarted || log.add(message);
    }

    /** An end without an exit code was only the last rank's leaving, and here is a rank again. */
    private void forgetGuessedEnd() {
        if (ended != null && ended.exitCode() == null) {
            ended = null;
        }
    }

    private void keepFindingsOf(Launch former) {
        keep(Detectors.findings(view(former)));
    }

    private void keep(List<Finding> findings) {
        for (Finding finding : EarlierFindings.worthKeeping(findings)) {
            if (earlier.size() < MAX_EARLIER_FINDINGS
                    && earlier.stream().noneMatch(kept -> kept.id().equals(finding.id()))) {
                earlier.add(finding);
            }
        }
    }

    /** The state in parts; valid until the next {@link #apply}. */
    public JobParts parts() {
        return new JobParts(job, firstMicros, started, ended, formerGroups, earlier, launch, log);
    }

    /** Grows whenever a rank's step is not like the one before. */
    public long novelties() {
        return launch == null ? 0 : launch.novelties();
    }

    /** Each parameter of each model on each rank, in the models' order. */
    public List<ParameterUsage> parameters() {
        return ParameterTable.of(view(launch));
    }

    /** Likewise the marks alone, which take a small part of the time. */
    public ParameterMarks marks() {
        return MarkTable.of(view(launch));
    }

    /** Each parameter of a model in columns of passes; empty where no such rank wrapped such a model. */
    public Optional<PassUsage> passes(PassUsage.Asked asked) {
        return PassTable.of(launch, asked);
    }

    /** What is true now: ranks, models, and the findings, worst first. */
    public JobReport report() {
        JobView view = view(launch);
        List<Finding> findings = EarlierFindings.merge(Detectors.findings(view), earlier, view.exitCode());
        return ReportWriter.write(view, findings);
    }

    private JobView view(@Nullable Launch of) {
        return new JobView(
                job,
                started == null ? "" : started.name(),
                started == null ? List.of() : started.command(),
                started == null ? firstMicros : started.micros(),
                ended,
                of,
                log,
                thresholds);
    }
}
