package dev.gradwatch.collector.sink.terminal;

import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.JobReport.Rank;
import dev.gradwatch.collector.model.JobReport.RankState;
import dev.gradwatch.collector.model.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** The facts of a job's first line: its name, its ranks, its framework, how it ended. */
final class Headline {
    private static final int SIGNAL_BASE = 128;

    /** What a process raises that the keyboard or a launcher stops. */
    private static final Set<String> INTERRUPTS = Set.of("KeyboardInterrupt", "SignalException");

    private static final Map<Integer, String> SIGNALS = Map.of(
            1, "SIGHUP", 2, "SIGINT", 3, "SIGQUIT", 6, "SIGABRT", 7, "SIGBUS", 9, "SIGKILL", 11, "SIGSEGV", 13,
            "SIGPIPE", 15, "SIGTERM");

    /** Torch's words for the error that comes one forward late. */
    private static final String LATE_ERROR = "reduction in the prior iteration";

    static List<String> facts(JobReport report) {
        List<String> facts = new ArrayList<>();
        facts.add(name(report));
        if (!report.ranks().isEmpty()) {
            facts.add(ranks(report));
        }
        if (!report.framework().isEmpty()) {
            // The part after the plus names a build, which matters to nobody here.
            facts.add(report.framework().replaceFirst("\\+.*", ""));
        }
        return facts;
    }

    private static String name(JobReport report) {
        return report.name().isBlank() ? report.id() : report.name();
    }

    private static String ranks(JobReport report) {
        int seen = report.ranks().size();
        if (report.worldSize() > seen) {
            return seen + " of " + report.worldSize() + " ranks";
        }
        return seen == 1 ? "1 rank" : seen + " ranks";
    }

    /** How it ended, or that it runs. */
    static String ending(JobReport report) {
        String after = after(report);
        Rank failed = firstFailed(report);
        Integer exitCode = report.exitCode();
        if (interrupted(report)) {
            return "interrupted" + after;
        }
        if (failed != null && (exitCode == null || exitCode != 0)) {
            return isLate(failed) && failed.watched()
                    ? "died in step " + count(failed.steps()) + ", at the next forward"
                    : "died" + after;
        }
        if (exitCode == null) {
            return report.endedMicros() == 0 ? "running" + after : died(report) ? "died" : "ended" + after;
        }
        if (exitCode == 0) {
            return "finished" + after;
        }
        String signal = SIGNALS.get(exitCode - SIGNAL_BASE);
        return (signal != null ? "killed by " + signal : "exit status " + exitCode) + after;
    }

    /** Of a job that only its log tells of. */
    private static boolean died(JobReport report) {
        return report.ranks().stream().noneMatch(Rank::watched)
                && report.findings().stream().anyMatch(finding -> finding.severity() == Severity.ERROR);
    }

    private static String after(JobReport report) {
        if (report.ranks().stream().noneMatch(Rank::watched)) {
            return "";
        }
        long steps = steps(report).max().orElse(0);
        return steps == 0
                ? " before its first step"
                : steps == 1 ? " after 1 step" : " after " + count(steps) + " steps";
    }

    /** Of the ranks that failed, one that tells of an unused parameter: the others only lost the connection to it. */
    private static @Nullable Rank firstFailed(JobReport report) {
        return report.ranks().stream()
                .filter(rank -> rank.state() == RankState.FAILED)
                .min(Comparator.comparing((Rank rank) -> !isLate(rank)))
                .orElse(null);
    }

    private static boolean isLate(Rank rank) {
        return rank.error() != null && rank.error().contains(LATE_ERROR);
    }

    /** Whether the job, or a rank of it, did not end well. */
    static boolean failed(JobReport report) {
        if (report.exitCode() != null) {
            return report.exitCode() != 0;
        }
        return report.ranks().stream().anyMatch(rank -> rank.state() == RankState.FAILED);
    }

    /** Whether somebody stopped it, and nothing else went wrong; that its peers then lost the connection is no failure. */
    static boolean interrupted(JobReport report) {
        return failed(report)
                && report.findings().stream().noneMatch(finding -> finding.severity() == Severity.ERROR)
                && report.ranks().stream()
                        .anyMatch(rank -> rank.state() == RankState.FAILED && isInterrupt(rank.error()));
    }

    private static boolean isInterrupt(@Nullable String error) {
        return error != null && INTERRUPTS.stream().anyMatch(type -> error.startsWith(type + ":"));
    }

    static LongStream steps(JobReport report) {
        return report.ranks().stream().mapToLong(Rank::steps);
    }

    /** With thousands set apart. */
    static String count(long number) {
        return String.format(java.util.Locale.ROOT, "%,d", number);
    }

    private Headline() {}
}
