package dev.gradwatch.collector.analysis.log;

import dev.gradwatch.collector.analysis.advice.ModuleGroups;
import dev.gradwatch.collector.analysis.advice.Wording;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Confidence;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.LogMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Torch's own word that parameters got no gradient. A log shows one step and no module, so it cannot say which of the causes it was, except that
 * ranks differ where their lists do; then the advice is what decides between the causes.
 */
final class UnusedLogDetector implements LogDetector {
    private static final String STATIC_CHANGED = "ddp.static.new_param";

    @Override
    public List<Finding> detect(LogView view) {
        List<LogMessage> raised = view.of("ddp.unused").stream()
                .filter(message -> !message.is("ddp.unused.param_log"))
                .toList();
        List<LogMessage> changed = view.of(STATIC_CHANGED);
        List<Finding> findings = new ArrayList<>();
        if (!raised.isEmpty()) {
            UnusedLists lists = UnusedLists.of(view, raised);
            for (UnusedLists.Group group : lists.groups()) {
                findings.add(unused(view, raised, lists, group));
            }
        } else if (!changed.isEmpty()) {
            findings.add(changed(view, changed));
        }
        return findings;
    }

    private static Finding unused(LogView view, List<LogMessage> raised, UnusedLists lists, UnusedLists.Group group) {
        List<LogMessage> proof = raised.stream()
                .filter(message -> message.rank() == null
                        || group.ranks().isEmpty()
                        || group.ranks().contains(message.rank()))
                .toList();
        LogDraft draft = new LogDraft(
                        view,
                        group.divergent() ? Cause.RANK_DIVERGENT : Cause.UNUSED_PARAMETERS,
                        proof.isEmpty() ? raised : proof)
                .ranks(group.ranks())
                .confidence(Confidence.LOW)
                .parameters(group.names(), group.modules());
        String subject = group.subject();
        draft.title(subject
                + (group.divergent()
                        ? " got no gradient " + draft.onRanks() + ", and did elsewhere"
                        : " got no gradient" + spaced(draft.onRanks())));
        String bystanders = bystanders(view, group);
        draft.detail(evidence(lists, group) + unknown(group) + bystanders);
        if (group.names().isEmpty()) {
            draft.about(group.indices().isEmpty() ? "not_named" : "indices." + ModuleGroups.ranges(group.indices()));
        }
        advise(draft, raised.get(0), group, group.divergent() || !bystanders.isEmpty());
        return draft.finding();
    }

    private static String spaced(String text) {
        return text.isEmpty() ? "" : " " + text;
    }

    private static String evidence(UnusedLists lists, UnusedLists.Group group) {
        StringBuilder text = new StringBuilder("torch raised it at the next forward, so it is 1 step of evidence.");
        if (!group.names().isEmpty() && !group.indices().isEmpty()) {
            text.append(" Its indices are ")
                    .append(ModuleGroups.ranges(group.indices()))
                    .append('.');
        }
        if (lists.truncated()) {
            text.append(" torch cuts its list after 100 indices; there may be more.");
        }
        return text.toString();
    }

    private static String unknown(UnusedLists.Group group) {
        if (group.names().isEmpty()) {
            return group.indices().isEmpty()
                    ? " The text names no parameter: run again with TORCH_DISTRIBUTED_DEBUG=INFO, or under gradwatch run."
                    : " Names are not in this log: index k is the k-th of [n for n, p in model.named_parameters() if p.requires_grad],"
                            + " as it was when DDP was built. TORCH_DISTRIBUTED_DEBUG=INFO prints them.";
        }
        return group.divergent()
                ? ""
                : " Whether they were never called, cut from the graph or left out of the loss is not in a log.";
    }

    /** Ranks that only lost the connection were not at the forward that raises: their pass had used everything, or they were slower. */
    private static String bystanders(LogView view, UnusedLists.Group group) {
        TreeSet<Integer> others = new TreeSet<>(LogView.ranks(view.of("dist.gloo_peer", "nccl.error_in")));
        group.ranks().forEach(others::remove);
        if (others.isEmpty() || group.ranks().isEmpty()) {
            return "";
        }
        String who = Wording.ranksFirst(List.copyOf(others));
        return " " + who + " raised nothing of the kind and then lost the connection, so "
                + (others.size() == 1 ? "it" : "they") + " may have used what is unused here.";
    }

    private static void advise(LogDraft draft, LogMessage first, UnusedLists.Group group, boolean differs) {
        String it = Wording.it(group.modules().isEmpty() ? List.of("a", "b") : group.modules());
        boolean isStatic = first.is("ddp.unused.static_graph");
        boolean find = first.is("ddp.unused.find_unused_true");
        if (differs) {
            String condition = group.divergent() ? "" : "If so: ";
            draft.advise(
                    draft.make()
                            .findUnused(
                                    condition
                                            + "ranks use different parts in the same step; the flag lets each leave out what it does not use."));
            draft.avoid(
                    Action.FREEZE_BEFORE_WRAP,
                    "Other ranks " + (group.divergent() ? "do" : "may") + " train " + it + ".");
            if (!group.divergent()) {
                removeOrFreeze(draft, group, it);
            }
            runUnder(draft);
            return;
        }
        if (find || group.looksLikeHead()) {
            draft.advise(
                    draft.make()
                            .useOrDropOutput(
                                    group.modules(),
                                    find
                                            ? "find_unused_parameters is on already, so an output is returned that the loss leaves out, or backward ran for a part of it only."
                                            : "If the output is returned and its loss weight is 0, give it a tiny weight, or do not return it."));
        }
        if (!find) {
            removeOrFreeze(draft, group, it);
            if (!group.looksLikeHead()) {
                draft.advise(draft.make()
                        .useOrDropOutput(
                                group.modules().isEmpty() ? List.of("that module") : group.modules(),
                                "If the output is returned and the loss leaves it out."));
            }
        }
        if (isStatic) {
            draft.advise(draft.make()
                    .dropStaticGraph("static_graph demands the same parameters in every step; this step used fewer."));
            draft.avoid(
                    Action.STATIC_GRAPH,
                    "It is on, and is what raises: a step that leaves out what the first one used is an error under it.");
        }
        if (!find) {
            draft.advise(
                    draft.make()
                            .findUnused(
                                    "Only if some steps do use " + it
                                            + ": the flag lets the others pass, costs a graph traversal an iteration, and hides what never learns."));
        } else {
            draft.avoid(Action.FIND_UNUSED_PARAMETERS, "It is on already.");
        }
        runUnder(draft);
    }

    private static void removeOrFreeze(LogDraft draft, UnusedLists.Group group, String it) {
        if (group.names().isEmpty()) {
            draft.advise(
                    Action.REMOVE_OR_FREEZE_BEFORE_WRAP,
                    "If they are not meant to be used in this run: leave them out, or freeze them before the wrap.",
                    "names = [n for n, p in model.named_parameters() if p.requires_grad]   # before the wrap"
                            + (group.indices().isEmpty()
                                    ? ""
                                    : "\nprint([names[i] for i in " + shown(group.indices()) + "])"));
        } else {
            draft.advise(
                    draft.make()
                            .removeOrFreeze(
                                    group.modulesEach(),
                                    "If " + it + (it.equals("it") ? " is" : " are")
                                            + " not meant to be used in this run: DDP then does not wait for a gradient that never comes."));
        }
    }

    private static String shown(List<Integer> indices) {
        return indices.size() <= 16
                ? indices.toString()
                : indices.subList(0, 16).toString().replace("]", ", ...]");
    }

    private static void runUnder(LogDraft draft) {
        draft.advise(
                Action.RUN_UNDER_GRADWATCH,
                "It sees each module and each gradient, and says which of these it is.",
                "gradwatch run -- torchrun --nproc-per-node 2 train.py   # in front of your own command");
    }

    private static Finding changed(LogView view, List<LogMessage> changed) {
        LogDraft draft = new LogDraft(view, Cause.UNUSED_PARAMETERS, changed)
                .confidence(Confidence.LOW)
                .about("static_graph");
        draft.title("a parameter that the first step left unused was used later, under static_graph=True"
                + (draft.ranks().isEmpty() ? "" : ", " + draft.onRanks()));
        draft.detail(
                "torch raised it in the backward pass and does not say which parameter it was. Whether all ranks or only some changed is not"
                        + " in a log.");
        draft.advise(
                draft.make().dropStaticGraph("The graph changes between steps, which static_graph does not allow."));
        draft.advise(draft.make().findUnused("In its place: it looks anew in every step at what is unused."));
        runUnder(draft);
        draft.avoid(Action.STATIC_GRAPH, "It is on, and is what raises.");
        draft.avoid(Action.REMOVE_OR_FREEZE_BEFORE_WRAP, "The parameter is used in later steps.");
        return draft.finding();
    }
}
