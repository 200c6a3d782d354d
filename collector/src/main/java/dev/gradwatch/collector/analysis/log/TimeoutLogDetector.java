package dev.gradwatch.collector.analysis.log;

import dev.gradwatch.collector.analysis.advice.Wording;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.LogMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * {@code collective_timeout}: ranks waited for one that did not come. All that waited print it, so whoever prints is a witness and not the culprit;
 * the culprit is who is missing, or whose sequence number is behind.
 */
final class TimeoutLogDetector implements LogDetector {
    private static final String[] TIMEOUTS = {
        "nccl.watchdog_timeout",
        "dist.gloo_timeout",
        "dist.monitored_barrier",
        "rdzv.store_barrier",
        "store.wait",
        "store.clients"
    };

    @Override
    public List<Finding> detect(LogView view) {
        List<LogMessage> all = view.of(TIMEOUTS);
        if (all.isEmpty()) {
            return List.of();
        }
        List<LogMessage> proof = new ArrayList<>(LogView.firstOfEachRank(all));
        LogMessage first = proof.get(0);
        LogDraft draft = new LogDraft(view, Cause.COLLECTIVE_TIMEOUT, proof);
        List<Integer> culprits = missing(view, all);
        List<Integer> behind = culprits.isEmpty() ? behind(all) : List.of();
        List<Integer> waited = LogView.ranks(all).stream()
                .filter(rank -> !culprits.contains(rank))
                .toList();
        String what = operation(first);
        if (!culprits.isEmpty()) {
            draft.ranks(culprits);
            draft.title(Wording.ranks(culprits) + " did not come to " + what + ", and "
                    + (waited.isEmpty() ? "the others" : Wording.ranks(waited)) + " gave up waiting" + after(first));
        } else if (!behind.isEmpty()) {
            draft.ranks(behind);
            draft.title(Wording.ranks(behind) + " " + (behind.size() == 1 ? "is" : "are")
                    + " behind the others in the sequence of collectives, which timed out" + after(first));
        } else {
            draft.title(Wording.ranks(waited) + " gave up waiting for " + what + after(first));
        }
        draft.detail("Who prints this waited; look at what "
                + (culprits.isEmpty() && behind.isEmpty() ? "the other ranks" : "that rank")
                + " did at the time: an exception, a branch that skips the collective, a slow data loader.");
        draft.advise(
                Action.LOOK_AT_FIRST_RANK,
                "Its Python stack tells where it stands.",
                "py-spy dump --pid PID   # of the rank that did not come");
        draft.avoid(Action.RAISE_TIMEOUT, "A rank that never comes is waited for longer, that is all.");
        return List.of(draft.finding());
    }

    private static String operation(LogMessage message) {
        String operation = message.field("op");
        if (!operation.isEmpty()) {
            return operation + (message.field("seq").isEmpty() ? "" : " " + message.field("seq"));
        }
        if (message.is("dist.monitored_barrier")) {
            return "monitored_barrier";
        }
        return message.is("rdzv") || message.is("store") ? "the rendezvous" : "a collective";
    }

    private static String after(LogMessage message) {
        Long millis = message.number("timeout_ms");
        if (millis == null) {
            millis = message.number("ms");
        }
        return millis == null ? "" : " after " + (millis % 1000 == 0 ? millis / 1000 + " s" : millis + " ms");
    }

    /** Ranks that torch names as missing; else those of the world that are not among the many that waited. */
    private static List<Integer> missing(LogView view, List<LogMessage> all) {
        TreeSet<Integer> named = new TreeSet<>();
        for (LogMessage message : all) {
            if (message.is("dist.monitored_barrier")) {
                message.list("ranks").forEach(rank -> add(named, rank));
                add(named, message.fields().get("missing"));
            }
        }
        if (!named.isEmpty()) {
            return List.copyOf(named);
        }
        List<Integer> waited = LogView.ranks(view.of("nccl.watchdog_timeout"));
        int world = view.worldSize();
        if (waited.isEmpty() || waited.size() * 2 <= world) {
            return List.of();
        }
        List<Integer> absent = new ArrayList<>();
        for (int rank = 0; rank < world; rank++) {
            if (!waited.contains(rank)) {
                absent.add(rank);
            }
        }
        return absent;
    }

    private static void add(java.util.Set<Integer> ranks, @Nullable Object value) {
        if (value instanceof Integer rank) {
            ranks.add(rank);
        }
    }

    /** Of NCCL's sequence numbers, who has the smallest while others are further. */
    private static List<Integer> behind(List<LogMessage> all) {
        Map<Long, TreeSet<Integer>> bySequence = new TreeMap<>();
        for (LogMessage message : all) {
            Long sequence = message.number("seq");
            if (sequence != null && message.rank() != null) {
                bySequence.computeIfAbsent(sequence, s -> new TreeSet<>()).add(message.rank());
            }
        }
        return bySequence.size() < 2
                ? List.of()
                : List.copyOf(bySequence.values().iterator().next());
    }
}
