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
import java.util.Set;

/** {@code known_message}: an error that a signature explains, the user's own signatures included, and that no other detector takes up. */
final class KnownLogDetector implements LogDetector {
    /** Groups and messages that other detectors take up, or that only say that something else went wrong. */
    private static final Set<String> TAKEN = Set.of(
            "ddp.unused",
            "ddp.twice",
            "ddp.static",
            "ddp.model",
            "ddp.internal_assert",
            "dist",
            "sd",
            "cuda",
            "tb",
            "elastic",
            "spawn",
            "lightning",
            "nccl",
            "store.recv0",
            "store.wait",
            "store.clients",
            "rdzv.conn",
            "rdzv.store_barrier",
            "rdzv.env",
            "nnunet.env",
            "nnunet.verify",
            "nnunet.pre.missing",
            "nnunet.pre.shape",
            "nnunet.workers");

    /** Of the groups above, what stands for itself. */
    private static final Set<String> OWN = Set.of("dist.debug_bad", "nccl.noiface");

    @Override
    public List<Finding> detect(LogView view) {
        Map<String, List<LogMessage>> byId = new LinkedHashMap<>();
        for (LogMessage message : view.book().messages()) {
            if (message.severity().compareTo(Severity.ERROR) >= 0
                    && (OWN.contains(message.id()) || TAKEN.stream().noneMatch(message::is))
                    && belongsHere(view, message)) {
                byId.computeIfAbsent(message.id(), id -> new ArrayList<>()).add(message);
            }
        }
        List<Finding> findings = new ArrayList<>();
        byId.forEach((id, messages) -> findings.add(known(view, messages)));
        return findings;
    }

    /** "Address already in use" is said by any server; of a training job it is torch's where an exception or torch's socket says it. */
    private static boolean belongsHere(LogView view, LogMessage message) {
        return !message.is("store.inuse")
                || message.text().contains("server socket")
                || view.tracebackOf(message) != null
                || view.launcherFailed();
    }

    private static Finding known(LogView view, List<LogMessage> messages) {
        LogMessage first = messages.get(0);
        LogDraft draft = new LogDraft(view, Cause.KNOWN_MESSAGE, LogView.firstOfEachRank(messages)).about(first.id());
        draft.title(sentence(first.text()) + (draft.ranks().isEmpty() ? "" : ", " + draft.onRanks()));
        String place = view.placeOf(first);
        draft.detail(first.guide().means() + (place.isEmpty() ? "" : " (" + place + ")"));
        if (!first.guide().fix().isBlank()) {
            draft.advise(Action.KNOWN_FIX, first.guide().fix(), null);
        }
        if (!first.guide().trap().isBlank()) {
            draft.avoid(Action.KNOWN_TRAP, first.guide().trap());
        }
        return draft.finding();
    }

    /** The first line, up to the end of its first sentence. */
    static String sentence(String text) {
        String line = text.lines()
                .filter(each -> !each.isBlank())
                .findFirst()
                .orElse("")
                .strip();
        String[] sentences = line.split("(?<=[a-z\\])]{2})\\. ", 2);
        return sentences[0].replaceFirst("\\.$", "");
    }
}
