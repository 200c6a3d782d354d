package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.analysis.advice.ModuleGroups;
import dev.gradwatch.collector.analysis.advice.Wording;
import dev.gradwatch.collector.analysis.state.RankState;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Confidence;
import dev.gradwatch.collector.model.Evidence;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.RankFailure;
import dev.gradwatch.collector.model.Severity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * {@code rank_failed}, {@code rank_killed} and {@code connection_lost}: what ended ranks, where no finding about gradients explains it. A lost
 * connection is the consequence of another rank's end, so it speaks only where nothing else does.
 */
final class RankEndDetector {
    /** Exit statuses that a shell gives to a command that a signal ended. */
    private static final int SIGNALLED = 128;

    private static final int SIGINT = 130;
    private static final int SIGTERM = 143;
    private static final int MAX_TITLE_CHARS = 160;
    private static final int MIN_QUOTED_CHARS = 12;
    private static final int MAX_QUOTED_CHARS = 80;
    private static final Pattern NUMBER = Pattern.compile("\\d+(?:\\.\\d+)?");

    private record Failed(RankFailure failure, List<Integer> ranks) {}

    private RankEndDetector() {}

    /** @param explained findings about gradients, already made */
    static List<Finding> detect(JobView job, List<Finding> explained) {
        boolean cause = explained.stream().anyMatch(finding -> finding.severity() == Severity.ERROR);
        Map<String, Failed> failed = new LinkedHashMap<>();
        List<Integer> disconnected = new ArrayList<>();
        job.ranks().forEach((number, rank) -> {
            RankFailure failure = RankEnds.fatalFailure(job, rank);
            if (failure == null) {
                return;
            }
            TorchText text = TorchText.of(failure);
            if (text == TorchText.CONNECTION) {
                disconnected.add(number);
            } else if (text != TorchText.INTERRUPT
                    && !(cause && isExplained(text, explained))
                    && !isQuoted(failure, explained)) {
                // Eight ranks that run out of memory name eight devices, and that is one story.
                String key = failure.type() + "\n"
                        + NUMBER.matcher(firstLine(failure.message())).replaceAll("#");
                failed.computeIfAbsent(key, same -> new Failed(failure, new ArrayList<>()))
                        .ranks()
                        .add(number);
            }
        });
        List<Finding> findings = new ArrayList<>();
        failed.values().forEach(each -> findings.add(failed(job, each.failure(), each.ranks())));
        if (findings.isEmpty() && !cause) {
            addKilled(job, disconnected, findings);
        }
        return findings;
    }

    /** Whether a finding's messages hold this very exception. */
    private static boolean isQuoted(RankFailure failure, List<Finding> explained) {
        String first = firstLine(failure.message());
        String words = first.substring(0, Math.min(first.length(), MAX_QUOTED_CHARS));
        return words.length() >= MIN_QUOTED_CHARS
                && explained.stream()
                        .filter(finding -> finding.severity() == Severity.ERROR)
                        .flatMap(finding -> finding.log().stream())
                        .anyMatch(line -> line.text().contains(words));
    }

    /** Whether a finding about gradients says what torch's text says. */
    private static boolean isExplained(TorchText text, List<Finding> explained) {
        return switch (text) {
            case UNUSED, STATIC_CHANGED ->
                explained.stream().anyMatch(finding -> switch (finding.cause()) {
                    case NEVER_CALLED,
                            GRAPH_CUT,
                            OUTPUT_NOT_IN_LOSS,
                            INTERMITTENT,
                            LATE_FIRST_USE,
                            RANK_DIVERGENT,
                            UNUSED_PARAMETERS,
                            FROZEN_AFTER_WRAP -> true;
                    default -> false;
                });
            case READY_TWICE -> explained.stream().anyMatch(finding -> finding.cause() == Cause.READY_TWICE);
            case STATIC_NO_SYNC ->
                explained.stream().anyMatch(finding -> finding.cause() == Cause.STATIC_GRAPH_WITH_NO_SYNC);
            default -> false;
        };
    }

    private static Finding failed(JobView job, RankFailure failure, List<Integer> ranks) {
        TorchText text = TorchText.of(failure);
        return finding(
                job,
                Cause.RANK_FAILED,
                Severity.ERROR,
                shortened(failure.type() + ": " + firstLine(failure.message())) + ", "
                        + Wording.onRanks(ranks, job.worldSize()),
                detail(text, failure.where()),
                ranks,
                List.of(Draft.logLine(text, ranks.get(0), failure)));
    }

    private static String detail(TorchText text, String where) {
        return switch (text) {
            case UNUSED, STATIC_CHANGED ->
                "torch says that a pass left parameters without a gradient. Which ones is not in its text, and the pass was not watched: run"
                        + " again with TORCH_DISTRIBUTED_DEBUG=INFO, or with GRADWATCH_BUDGET=off, which watches every pass.";
            case READY_TWICE, STATIC_NO_SYNC ->
                "torch says so of a model that was not watched: wrap it in DistributedDataParallel after the reporter is loaded.";
            default ->
                (switch (where) {
                            case "forward" -> "The exception came in the model's forward.";
                            case "backward" -> "The exception came in the backward pass.";
                            case "optimizer" -> "The exception came in the optimizer's step.";
                            default -> "The exception came outside of the watched model's forward and backward.";
                        })
                        + " It is not about missing gradients, as far as was seen.";
        };
    }

    private static void addKilled(JobView job, List<Integer> disconnected, List<Finding> findings) {
        List<Integer> lost = new ArrayList<>();
        job.ranks().forEach((number, rank) -> {
            if (job.stateOf(rank) == JobReport.RankState.LOST) {
                lost.add(number);
            }
        });
        Integer exit = job.exitCode();
        boolean stopped = isStopped(job);
        boolean badly = job.exitedBadly() || (exit == null && job.hasEnded() && !disconnected.isEmpty());
        if (!lost.isEmpty()
                && (job.exitedBadly()
                        || !disconnected.isEmpty()
                        || (lost.size() < job.ranks().size() && job.hasEnded()))) {
            findings.add(finding(
                    job,
                    Cause.RANK_KILLED,
                    badly && !stopped ? Severity.ERROR : Severity.INFO,
                    (lost.size() == 1 ? "rank " : "ranks ") + ModuleGroups.ranges(lost) + " ended without a word",
                    "No exception and no orderly end was seen"
                            + (exit != null && exit > SIGNALLED
                                    ? "; the job's command was ended by signal " + (exit - SIGNALLED)
                                    : "")
                            + ". A process that is killed (out of memory, a scheduler, kill -9) leaves like that"
                            + (disconnected.isEmpty()
                                    ? "."
                                    : "; "
                                            + Wording.onRanks(disconnected, job.worldSize())
                                                    .replaceFirst("on ", "") + " then lost the connection to it."),
                    lost,
                    List.of()));
        } else if (!disconnected.isEmpty() && !stopped) {
            findings.add(connectionLost(job, disconnected));
        }
    }

    /** Whether somebody stopped it: what ranks then lose is no trouble. */
    private static boolean isStopped(JobView job) {
        Integer exit = job.exitCode();
        return (exit != null && (exit == SIGINT || exit == SIGTERM))
                || job.ranks().values().stream()
                        .map(rank -> RankEnds.fatalFailure(job, rank))
                        .anyMatch(failure -> failure != null && TorchText.of(failure) == TorchText.INTERRUPT);
    }

    private static Finding connectionLost(JobView job, List<Integer> ranks) {
        RankState rank = job.ranks().get(ranks.get(0));
        RankFailure failure = rank == null ? null : RankEnds.fatalFailure(job, rank);
        return finding(
                job,
                Cause.CONNECTION_LOST,
                Severity.ERROR,
                Wording.onRanks(ranks, job.worldSize()).replaceFirst("on ", "")
                        + " lost the connection to another rank",
                "That is the consequence of another process's end, which was not seen itself: look at the ranks that are not named here.",
                ranks,
                failure == null ? List.of() : List.of(Draft.logLine(TorchText.CONNECTION, ranks.get(0), failure)));
    }

    private static Finding finding(
            JobView job,
            Cause cause,
            Severity severity,
            String title,
            String detail,
            List<Integer> ranks,
            List<Finding.LogLine> log) {
        long steps = 0;
        for (int number : ranks) {
            RankState rank = job.ranks().get(number);
            steps = Math.max(steps, rank == null ? 0 : rank.backward());
        }
        return new Finding(
                cause.id() + "/rank." + ModuleGroups.ranges(ranks),
                cause,
                severity,
                null,
                title,
                detail,
                List.of(),
                List.of(),
                ranks,
                new Evidence(1, steps, steps, Confidence.HIGH),
                List.of(),
                List.of(),
                log);
    }

    /** The first line that says something. */
    public static String firstLine(String message) {
        return message.lines()
                .filter(line -> !line.isBlank())
                .findFirst()
                .orElse("")
                .trim();
    }

    private static String shortened(String text) {
        return text.length() <= MAX_TITLE_CHARS ? text : text.substring(0, MAX_TITLE_CHARS) + " …";
    }
}
