package dev.gradwatch.collector.analysis.log;

import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.LogMessage;
import dev.gradwatch.collector.model.Severity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * {@code rank_failed} and {@code rank_killed}: exceptions that nobody caught, and what torchrun's table says of processes that ended without one.
 * Speaks of ranks that no other finding speaks of.
 */
final class EndLogDetector {
    private static final int SIGTERM = 15;
    private static final int SHELL_SIGNALLED = 128;

    private static final Pattern NUMBER = Pattern.compile("\\d+(?:\\.\\d+)?");

    /** What somebody did on purpose. */
    private static final Pattern STOPPED =
            Pattern.compile("(?:.*\\.)?(?:KeyboardInterrupt|SystemExit|SignalException|BdbQuit)");

    private final LogView view;
    private final ProcessEnds ends;
    private final List<Finding> explained;

    /** @param explained findings of more special causes */
    EndLogDetector(LogView view, List<Finding> explained) {
        this.view = view;
        this.ends = new ProcessEnds(view);
        this.explained = explained;
    }

    List<Finding> detect() {
        List<Finding> findings = new ArrayList<>(exceptions());
        findings.addAll(ends(findings));
        return findings;
    }

    /** Exceptions whose text no signature explains, the same of several ranks in one. */
    private List<Finding> exceptions() {
        Map<String, List<LogMessage>> byText = new LinkedHashMap<>();
        for (LogMessage traceback : view.tracebacks()) {
            if (view.isFatal(traceback)
                    && !STOPPED.matcher(traceback.field("type")).matches()
                    && !Consequences.isSaidOtherwise(view, traceback)
                    && !speaksOf(traceback)) {
                String key = traceback.field("type")
                        + '\n'
                        + NUMBER.matcher(traceback.field("message")).replaceAll("#");
                byText.computeIfAbsent(key, text -> new ArrayList<>()).add(traceback);
            }
        }
        List<Finding> findings = new ArrayList<>();
        byText.values().forEach(same -> findings.add(exception(same)));
        return findings;
    }

    /** Whether a finding's proof is this very exception: a wrapper raises it again with its own words around it. */
    private boolean speaksOf(LogMessage traceback) {
        String message = traceback.field("message");
        return message.length() >= 12
                && explained.stream()
                        .flatMap(finding -> finding.log().stream())
                        .anyMatch(line -> line.text().contains(message.substring(0, Math.min(80, message.length()))));
    }

    private Finding exception(List<LogMessage> same) {
        LogMessage first = same.get(0);
        LogDraft draft = new LogDraft(view, Cause.RANK_FAILED, same);
        draft.title(
                first.text().lines().findFirst().orElse("") + (draft.ranks().isEmpty() ? "" : ", " + draft.onRanks()));
        String place = view.placeOf(first);
        String function = first.field("function");
        draft.detail((place.isEmpty()
                        ? ""
                        : "It was raised at " + place
                                + (function.isEmpty() || function.equals("<module>") ? "" : ", in " + function) + ". ")
                + "It is not about missing gradients, as far as the log tells.");
        draft.advise(
                Action.FIX_THE_EXCEPTION,
                "It is the job's own; what other ranks print after it is its consequence.",
                null);
        return draft.finding();
    }

    private List<Finding> ends(List<Finding> exceptions) {
        List<Finding> findings = new ArrayList<>();
        Map<Integer, List<LogView.Failure>> bySignal = new TreeMap<>();
        Map<Integer, LogMessage> killedByLauncher = killedByLauncher();
        for (LogView.Failure failure : view.failures().values()) {
            int signal = failure.exitCode() < 0
                    ? -failure.exitCode()
                    : failure.exitCode() > SHELL_SIGNALLED ? failure.exitCode() - SHELL_SIGNALLED : 0;
            // The agent ends the survivors by SIGTERM, and by SIGKILL where that does nothing.
            boolean victim = signal == SIGTERM || killedByLauncher.containsKey((int) failure.pid());
            // Where something is found, an ordinary exit status says nothing more.
            boolean told = isNamed(failure.rank(), explained)
                    || isNamed(failure.rank(), exceptions)
                    || ((signal == 0 || signal == 6) && !(explained.isEmpty() && exceptions.isEmpty()))
                    || (signal == 0 && hasRaised(failure.rank()));
            if (!victim && !told) {
                bySignal.computeIfAbsent(signal == 0 ? failure.exitCode() : -signal, code -> new ArrayList<>())
                        .add(failure);
            }
        }
        bySignal.forEach((code, failures) -> findings.add(ends.finding(
                failures.stream().map(LogView.Failure::rank).toList(),
                Math.max(0, -code),
                code,
                failures.get(0).said())));
        if (view.failures().isEmpty() && exceptions.isEmpty() && explained.isEmpty()) {
            findings.addAll(spawned());
        }
        return findings;
    }

    /** What it raised is a consequence of something that others may explain better than its exit status does. */
    private boolean hasRaised(int rank) {
        return view.book().messages().stream()
                .anyMatch(message -> message.rank() != null
                        && message.rank() == rank
                        && (message.is(LogView.TRACEBACK) || message.severity().compareTo(Severity.ERROR) >= 0)
                        && !message.is("elastic"));
    }

    private static boolean isNamed(int rank, List<Finding> findings) {
        return findings.stream()
                .anyMatch(finding ->
                        finding.severity() == Severity.ERROR && finding.ranks().contains(rank));
    }

    private Map<Integer, LogMessage> killedByLauncher() {
        Map<Integer, LogMessage> pids = new TreeMap<>();
        for (LogMessage message : view.of("elastic.forcekill")) {
            Long pid = message.number("pid");
            if (pid != null) {
                pids.put(pid.intValue(), message);
            }
        }
        return pids;
    }

    private List<Finding> spawned() {
        List<Finding> findings = new ArrayList<>();
        for (LogMessage message : view.of("spawn.exit", "elastic.failed", "lightning.child")) {
            Long code = message.number("code") == null ? message.number("exitcode") : message.number("code");
            String name = message.field("signal").replaceFirst("^SIG", "");
            int named = ProcessEnds.signal("SIG" + name);
            int signal = named != 0 ? named : code != null && code < 0 ? (int) -code : 0;
            Long index = message.number("index") == null ? message.number("local_rank") : message.number("index");
            int rank = message.rank() != null ? message.rank() : index == null ? -1 : index.intValue();
            if (findings.isEmpty() && signal != SIGTERM) {
                findings.add(ends.finding(
                        rank < 0 ? List.of() : List.of(rank),
                        signal,
                        code == null ? -signal : code.intValue(),
                        message));
            }
        }
        return findings;
    }
}
