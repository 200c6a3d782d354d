package dev.gradwatch.collector.analysis.log;

import dev.gradwatch.collector.analysis.advice.Wording;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.LogMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** What ranks say after another one died: folded under its cause where that is known, and else a finding of its own that says where to look. */
final class Consequences {
    /** Messages of processes whose peer, store or launcher went away. */
    private static final String[] CONNECTION = {
        "dist.gloo_peer",
        "store.recv0",
        "nccl.uniqueid",
        "nccl.async_exc",
        "nccl.strings",
        "nccl.error_in",
        "rdzv.conn",
        "nnunet.workers"
    };

    private static final String[] LATE = {
        "nccl.teardown",
        "nccl.watchdog_term",
        "nccl.watchdog_status",
        "nccl.dump_signal",
        "nccl.heartbeat",
        "nccl.watchdog_timeout",
        "dist.gloo_timeout",
        "dist.monitored_barrier"
    };

    private static final Pattern REMOTE = Pattern.compile(
            "(?i)connection (?:closed|reset|was likely closed)|broken pipe|remote process (?:exited|has)|socket closed|communicator was aborted"
                    + "|Connection refused|pair closure|remote server shutdown");

    private Consequences() {}

    /** Whether a signature says what an exception says, or it only tells that somebody else died. */
    static boolean isSaidOtherwise(LogView view, LogMessage traceback) {
        String text = traceback.text();
        if (traceback.field("type").matches("(?:.*\\.)?(?:RuntimeError|Dist\\w*Error|ConnectionError)")
                && REMOTE.matcher(text).find()) {
            return true;
        }
        return view.isExplained(traceback);
    }

    /** @param root the first finding that explains the end; the ranks that merely lost the connection are told in its detail */
    static Finding foldInto(LogView view, Finding root) {
        TreeSet<Integer> lost = new TreeSet<>(LogView.ranks(view.of(CONNECTION)));
        TreeSet<Integer> waited = new TreeSet<>(LogView.ranks(view.of(LATE)));
        root.ranks().forEach(lost::remove);
        root.ranks().forEach(waited::remove);
        waited.removeAll(lost);
        StringBuilder detail = new StringBuilder(root.detail());
        if (!lost.isEmpty() && !root.detail().contains("lost the connection")) {
            detail.append(detail.isEmpty() ? "" : " ")
                    .append(Wording.ranksFirst(List.copyOf(lost)))
                    .append(" then lost the connection, which is a consequence.");
        }
        if (!waited.isEmpty() && root.cause() != Cause.COLLECTIVE_TIMEOUT) {
            detail.append(detail.isEmpty() ? "" : " ")
                    .append(Wording.ranksFirst(List.copyOf(waited)))
                    .append(" then waited in vain, which is a consequence.");
        }
        List<Finding.LogLine> log = new ArrayList<>(root.log());
        for (LogMessage message : LogView.firstOfEachRank(view.of(CONNECTION))) {
            if (log.size() < LogDraft.MAX_LOG_LINES) {
                log.add(LogDraft.line(message));
            }
        }
        return root.with(root.severity(), detail.toString(), log);
    }

    /** Nothing explains why the connection was lost: say so, and where to look. */
    static List<Finding> alone(LogView view) {
        // Quoted by a test or a forum's page it is none of this job's.
        List<LogMessage> said = view.of(CONNECTION).stream()
                .filter(message -> message.rank() != null || view.launcherFailed() || view.tracebackOf(message) != null)
                .toList();
        if (said.isEmpty() || said.stream().noneMatch(view::isFatal)) {
            return List.of();
        }
        LogDraft draft = new LogDraft(view, Cause.CONNECTION_LOST, LogView.firstOfEachRank(said));
        draft.title(Wording.ranks(draft.ranks()) + " lost the connection to another process");
        draft.detail(
                "That is the consequence of another process's end, which is not in this log: look at the ranks that are not named here.");
        draft.advise(
                Action.LOOK_AT_FIRST_RANK,
                "The rank that ended first has the cause; its output may be in a file or on a node of its own.",
                null);
        return List.of(draft.finding());
    }
}
