package dev.gradwatch.collector.analysis.log;

import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.LogMessage;
import java.util.ArrayList;
import java.util.List;

/** {@code ready_twice} and {@code static_graph_with_no_sync}: what DDP's reducer asserts of a backward pass. */
final class TwiceLogDetector implements LogDetector {
    private static final String NO_SYNC_ASSERT = "expect_autograd_hooks_";

    @Override
    public List<Finding> detect(LogView view) {
        List<Finding> findings = new ArrayList<>();
        List<LogMessage> twice = view.of("ddp.twice");
        if (!twice.isEmpty()) {
            findings.add(twice(view, twice));
        }
        List<LogMessage> asserted = view.of("ddp.internal_assert").stream()
                .filter(message -> message.text().contains(NO_SYNC_ASSERT))
                .toList();
        if (!asserted.isEmpty()) {
            LogDraft draft = new LogDraft(view, Cause.STATIC_GRAPH_WITH_NO_SYNC, asserted);
            draft.title("static_graph=True does not work with no_sync() on this torch");
            draft.detail("DDP's own assertion failed" + place(view, asserted.get(0)) + ", "
                    + (draft.ranks().isEmpty() ? "" : draft.onRanks() + ", ")
                    + "which also happens where every parameter is used.");
            draft.advise(draft.make()
                    .dropStaticGraph("Under no_sync() the first pass does not set up what static_graph relies on."));
            draft.avoid(Action.STATIC_GRAPH, "It is what fails here.");
            findings.add(draft.finding());
        }
        return findings;
    }

    private static Finding twice(LogView view, List<LogMessage> twice) {
        LogMessage first = twice.get(0);
        String name = twice.stream()
                .map(message -> message.field("name"))
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse("");
        boolean checkpoint = twice.stream().anyMatch(message -> {
            LogMessage traceback = view.tracebackOf(message);
            return traceback != null && traceback.flag("checkpoint");
        });
        LogDraft draft = new LogDraft(view, Cause.READY_TWICE, twice);
        String module = name.lastIndexOf('.') < 0 ? name : name.substring(0, name.lastIndexOf('.'));
        if (!name.isEmpty()) {
            draft.parameters(List.of(name), List.of(module));
        }
        Long index = first.number("index");
        String subject = !name.isEmpty() ? name : index != null ? "the parameter of index " + index : "a parameter";
        draft.title(subject + " got its gradient twice in one backward pass");
        draft.detail(
                "torch raised \"marked ready twice\"" + (draft.ranks().isEmpty() ? "" : " " + draft.onRanks())
                        + place(view, first)
                        + (checkpoint
                                ? ", within activation checkpointing, whose reentrant kind runs a backward within the backward."
                                : ". With find_unused_parameters it also comes where forward returns its tensors in an object of a class of your own."));
        draft.advise(draft.make()
                .reentrantFalse("Non-reentrant checkpointing keeps one graph, so each gradient comes once."));
        draft.advise(
                draft.make()
                        .staticGraph(
                                "Works where the graph is the same in every step: DDP then counts in the first pass how often each gradient comes."));
        if (!checkpoint) {
            draft.advise(
                    draft.make()
                            .returnTensors(
                                    "Where nothing is checkpointed: DDP finds tensors in tuples, lists, dicts and dataclasses only."));
        }
        draft.avoid(
                Action.FIND_UNUSED_PARAMETERS,
                "It marks parameters as ready even earlier: where it is on, it is the cause.");
        return draft.finding();
    }

    private static String place(LogView view, LogMessage message) {
        String place = view.placeOf(message);
        return place.isEmpty() ? "" : " (" + place + ")";
    }
}
