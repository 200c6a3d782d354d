package dev.gradwatch.collector.analysis;

import dev.gradwatch.collector.analysis.detect.Detectors;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Severity;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What stays of a launch after another took its place. */
final class EarlierFindings {
    private EarlierFindings() {}

    static List<Finding> worthKeeping(List<Finding> findings) {
        return findings.stream()
                .filter(finding -> finding.severity().compareTo(Severity.ERROR) >= 0)
                .toList();
    }

    /** Adds the kept ones that are not true again; where the job came through after all, what once killed a launch is no error any more. */
    static List<Finding> merge(List<Finding> now, List<Finding> earlier, @Nullable Integer exitCode) {
        if (earlier.isEmpty()) {
            return now;
        }
        boolean recovered = exitCode != null && exitCode == 0;
        List<Finding> all = new ArrayList<>(now);
        for (Finding finding : earlier) {
            if (now.stream().noneMatch(current -> current.id().equals(finding.id()))) {
                all.add(recovered && finding.severity() == Severity.ERROR ? asWarning(finding) : finding);
            }
        }
        return Detectors.worstFirst(all);
    }

    private static Finding asWarning(Finding finding) {
        return finding.with(
                Severity.WARNING,
                finding.detail() + " That was in an earlier launch of the job; a later one came through.",
                finding.log());
    }
}
