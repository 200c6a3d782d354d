package dev.gradwatch.collector.analysis.log;

import dev.gradwatch.collector.analysis.detect.JobView;
import dev.gradwatch.collector.analysis.state.LogBook;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.LogMessage;
import dev.gradwatch.collector.model.Severity;
import dev.gradwatch.collector.model.WatchCost;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The ranks of a job that no reporter watched, as far as its log names them. */
public final class LogRanks {
    /** A text may name any number; more than these are no ranks of one job's log. */
    private static final int MAX_RANKS = 4_096;

    private LogRanks() {}

    /** By number; empty where the log names none. */
    public static List<JobReport.Rank> of(JobView job, LogBook book) {
        LogView view = new LogView(job, book);
        Map<Integer, LogView.Failure> failures = view.failures();
        TreeSet<Integer> numbers = new TreeSet<>(LogView.ranks(book.messages()));
        numbers.addAll(failures.keySet());
        List<JobReport.Rank> ranks = new ArrayList<>();
        for (int number : numbers) {
            if (ranks.size() == MAX_RANKS) {
                break;
            }
            LogView.Failure failure = failures.get(number);
            String error = error(book, number);
            boolean failed = error != null || failure != null;
            ranks.add(new JobReport.Rank(
                    number,
                    failure == null ? "" : failure.host(),
                    failure == null ? 0 : failure.pid(),
                    "",
                    0,
                    0,
                    0,
                    0,
                    failed ? JobReport.RankState.FAILED : JobReport.RankState.RUNNING,
                    error,
                    WatchCost.NONE));
        }
        return ranks;
    }

    /** The exception of a rank, or else the first error that it printed. */
    private static @org.jspecify.annotations.Nullable String error(LogBook book, int rank) {
        LogMessage best = null;
        for (LogMessage message : book.messages()) {
            boolean its = message.rank() != null && message.rank() == rank;
            if (its && message.is(LogView.TRACEBACK)) {
                return firstLine(message.text());
            }
            if (its && best == null && message.severity().compareTo(Severity.ERROR) >= 0 && !message.is("elastic")) {
                best = message;
            }
        }
        return best == null ? null : firstLine(best.text());
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }
}
