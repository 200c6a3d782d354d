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

/** {@code model_mismatch} and {@code collective_mismatch}: ranks do not do the same. */
final class MismatchLogDetector implements LogDetector {
    @Override
    public List<Finding> detect(LogView view) {
        List<Finding> findings = new ArrayList<>();
        List<LogMessage> models = view.of("ddp.model");
        if (!models.isEmpty()) {
            findings.add(models(view, models));
        }
        List<LogMessage> collectives = view.of("dist.wrapper_mismatch");
        if (!collectives.isEmpty()) {
            findings.add(collectives(view, collectives));
        }
        return findings;
    }

    private static Finding models(LogView view, List<LogMessage> messages) {
        LogDraft draft = new LogDraft(view, Cause.MODEL_MISMATCH, messages);
        Map<Long, List<Integer>> byCount = new TreeMap<>();
        for (LogMessage message : messages) {
            count(byCount, message.number("rank"), message.number("params"));
            count(byCount, message.number("other_rank"), message.number("other_params"));
        }
        if (byCount.size() > 1) {
            List<String> sides = new ArrayList<>();
            byCount.forEach((count, ranks) -> sides.add(Wording.ranks(ranks) + " " + count));
            draft.title("the ranks built different models: trainable parameters are " + String.join(", ", sides));
            draft.ranks(byCount.values().stream()
                    .flatMap(List::stream)
                    .sorted()
                    .distinct()
                    .toList());
            draft.detail(
                    "Each rank says so of another, so neither is the culprit by itself" + place(view, messages.get(0))
                            + ". What decides the model differs between them: configuration, number of classes, what is frozen, a seed.");
        } else {
            LogMessage first = messages.get(0);
            boolean strides = first.is("ddp.model.strides");
            String index = first.number("index") == null ? first.field("param_index") : first.field("index");
            draft.title("the ranks built different models: parameter " + index
                    + (strides ? " has other strides on " : " has another shape on ") + Wording.ranks(draft.ranks())
                    + " than on rank 0");
            draft.detail("There it is "
                    + (strides
                            ? "strided [" + first.field("strides")
                            : "[" + first.field("sizes").replaceAll("^\\[|\\]$", ""))
                    + "]" + place(view, first)
                    + ". Rank 0 is what the others are compared with, and does not raise it.");
        }
        draft.advise(
                Action.BUILD_THE_SAME_MODEL,
                "Build the model from the same configuration on every rank, and freeze the same parameters before the wrap.",
                "print(rank, len([p for p in model.parameters() if p.requires_grad]), [tuple(p.shape) for p in model.parameters()][:5])   # before DDP");
        draft.avoid(
                Action.FIND_UNUSED_PARAMETERS, "It is about gradients; here the models differ before the first step.");
        return draft.finding();
    }

    private static void count(
            Map<Long, List<Integer>> byCount,
            @org.jspecify.annotations.Nullable Long rank,
            @org.jspecify.annotations.Nullable Long count) {
        if (rank != null && count != null) {
            List<Integer> ranks = byCount.computeIfAbsent(count, c -> new ArrayList<>());
            if (!ranks.contains(rank.intValue())) {
                ranks.add(rank.intValue());
                ranks.sort(null);
            }
        }
    }

    private static Finding collectives(LogView view, List<LogMessage> messages) {
        LogMessage first = messages.get(0);
        LogDraft draft = new LogDraft(view, Cause.COLLECTIVE_MISMATCH, messages);
        String a = first.number("rank_a") == null ? first.field("rank") : first.field("rank_a");
        String b = first.field("rank_b");
        draft.title("ranks entered different collectives"
                + (a.isEmpty() || b.isEmpty()
                        ? ""
                        : ": rank " + a + " ran " + operation(first, "a") + ", rank " + b + " "
                                + operation(first, "b")));
        draft.detail("torch compared what each rank was about to run" + place(view, first)
                + (first.field("diff").isEmpty()
                        ? "."
                        : ": " + first.field("diff").strip() + "."));
        draft.advise(
                Action.ALIGN_COLLECTIVES,
                "Every rank must call the same collectives in the same order with the same shapes: look for a branch that depends on the rank or on its data.",
                null);
        draft.avoid(Action.RAISE_TIMEOUT, "The ranks wait for different things, and would do so for ever.");
        return draft.finding();
    }

    private static String operation(LogMessage message, String side) {
        String operation = message.field("op_" + side);
        String shape = message.field("shape_" + side);
        return (operation.isEmpty() ? "another collective" : operation)
                + (shape.isEmpty() ? "" : " of [" + shape.replaceAll("^\\[|\\]$", "") + "]");
    }

    private static String place(LogView view, LogMessage message) {
        String place = view.placeOf(message);
        return place.isEmpty() ? "" : " (" + place + ")";
    }
}
