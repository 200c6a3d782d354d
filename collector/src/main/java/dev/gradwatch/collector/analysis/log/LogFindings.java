package dev.gradwatch.collector.analysis.log;

import dev.gradwatch.collector.analysis.detect.JobView;
import dev.gradwatch.collector.analysis.state.LogBook;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Severity;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Asks all detectors of messages: the root cause first, its consequences folded under it. */
public final class LogFindings {
    /** From what happens first to what follows from it. */
    private static final List<LogDetector> FIRST_HAND = List.of(
            new SetupLogDetector(),
            new WeightsLogDetector(),
            new MismatchLogDetector(),
            new UnusedLogDetector(),
            new TwiceLogDetector(),
            new MemoryLogDetector(),
            new CudaLogDetector(),
            new KnownLogDetector());

    /** What a reporter's finding of missing gradients says better than a log. */
    private static final Set<Cause> OF_GRADIENTS = EnumSet.of(
            Cause.NEVER_CALLED,
            Cause.GRAPH_CUT,
            Cause.OUTPUT_NOT_IN_LOSS,
            Cause.INTERMITTENT,
            Cause.LATE_FIRST_USE,
            Cause.RANK_DIVERGENT,
            Cause.FROZEN_AFTER_WRAP,
            Cause.UNUSED_PARAMETERS);

    /** The source of what a reporter saw raised. */
    private static final String RAISED = "exception";

    private LogFindings() {}

    /**
     * What the log tells beyond what was found already.
     *
     * @param found findings about gradients, from what reporters saw
     */
    public static List<Finding> findings(JobView job, LogBook book, List<Finding> found) {
        if (book.isEmpty()) {
            return List.of();
        }
        LogView view = new LogView(job, book);
        boolean gradients = found.stream().anyMatch(finding -> OF_GRADIENTS.contains(finding.cause()));
        List<Finding> findings = new ArrayList<>();
        for (LogDetector detector : FIRST_HAND) {
            for (Finding finding : detector.detect(view)) {
                boolean known = (gradients && OF_GRADIENTS.contains(finding.cause()))
                        || found.stream().anyMatch(other -> other.cause() == finding.cause());
                if (!known) {
                    findings.add(finding);
                }
            }
        }
        boolean explained = has(Severity.ERROR, found) || has(Severity.ERROR, findings);
        List<Finding> all = new ArrayList<>(found);
        all.addAll(findings);
        findings.addAll(new EndLogDetector(view, errors(all)).detect());
        explained |= has(Severity.ERROR, findings);
        if (!explained) {
            findings.addAll(new TimeoutLogDetector().detect(view));
            if (!has(Severity.ERROR, findings)) {
                findings.addAll(Consequences.alone(view));
            }
        }
        foldIntoFirst(view, findings);
        findings.addAll(new MetricsLogDetector().detect(view));
        return findings;
    }

    /** What a rank raised, by the place where it was printed too: a person can look there. */
    public static List<Finding> withPlaces(List<Finding> findings, LogBook book) {
        return book.isEmpty()
                ? findings
                : findings.stream().map(finding -> withPlaces(finding, book)).toList();
    }

    private static Finding withPlaces(Finding finding, LogBook book) {
        List<Finding.LogLine> log = finding.log().stream()
                .map(line -> line.source().equals(RAISED) ? placed(line, book) : line)
                .toList();
        return log.equals(finding.log()) ? finding : finding.with(finding.severity(), finding.detail(), log);
    }

    private static Finding.LogLine placed(Finding.LogLine line, LogBook book) {
        String group = line.message().substring(0, line.message().lastIndexOf('.'));
        return book.messages().stream()
                .filter(message -> Objects.equals(message.rank(), line.rank())
                        && message.is(group)
                        && message.severity() == Severity.ERROR)
                .findFirst()
                .map(message ->
                        new Finding.LogLine(message.id(), line.rank(), message.source(), message.line(), line.text()))
                .orElse(line);
    }

    private static List<Finding> errors(List<Finding> findings) {
        return findings.stream()
                .filter(finding -> finding.severity() == Severity.ERROR)
                .toList();
    }

    private static boolean has(Severity severity, List<Finding> findings) {
        return findings.stream().anyMatch(finding -> finding.severity() == severity);
    }

    private static void foldIntoFirst(LogView view, List<Finding> findings) {
        for (int i = 0; i < findings.size(); i++) {
            if (findings.get(i).severity() == Severity.ERROR && findings.get(i).cause() != Cause.CONNECTION_LOST) {
                findings.set(i, Consequences.foldInto(view, findings.get(i)));
                return;
            }
        }
    }
}
