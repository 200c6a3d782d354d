package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.Severity;
import java.util.ArrayList;
import java.util.List;

/** What the demo's two runs must show. */
final class DemoPromise {
    static final List<String> UNUSED = List.of("decoder.seg_layers.0.weight", "decoder.seg_layers.0.bias");

    /** @return what differs; empty where all is as promised */
    static List<String> ofDied(JobReport report) {
        List<String> surprises = new ArrayList<>();
        if (report.exitCode() == null || report.exitCode() == 0) {
            surprises.add("the first run's status is " + report.exitCode() + " (expected: a failure)");
        }
        if (report.findings().stream().noneMatch(DemoPromise::namesTheHead)) {
            surprises.add("the first run's findings are " + ids(report) + " (expected: output_not_in_loss of "
                    + String.join(" and ", UNUSED) + ")");
        }
        return surprises;
    }

    /** @return what differs; empty where all is as promised */
    static List<String> ofFixed(JobReport report) {
        List<String> surprises = new ArrayList<>();
        if (report.exitCode() == null || report.exitCode() != 0) {
            surprises.add("the second run's status is " + report.exitCode() + " (expected: 0)");
        }
        if (report.ranks().isEmpty()
                || report.findings().stream().anyMatch(f -> f.severity().compareTo(Severity.WARNING) >= 0)) {
            surprises.add("the second run's findings are " + ids(report) + " of "
                    + report.ranks().size() + " ranks (expected: none of 2)");
        }
        return surprises;
    }

    private static boolean namesTheHead(Finding finding) {
        return finding.cause() == Cause.OUTPUT_NOT_IN_LOSS
                && finding.parameters().equals(UNUSED);
    }

    private static List<String> ids(JobReport report) {
        return report.findings().stream().map(Finding::id).toList();
    }

    private DemoPromise() {}
}
