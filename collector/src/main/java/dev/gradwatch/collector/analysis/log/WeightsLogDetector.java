package dev.gradwatch.collector.analysis.log;

import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.LogMessage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code state_dict_mismatch} and {@code pretrained_mismatch}: weights that do not fit the model they are loaded into. */
final class WeightsLogDetector implements LogDetector {
    private static final int MAX_NAMED = 3;

    @Override
    public List<Finding> detect(LogView view) {
        List<Finding> findings = new ArrayList<>();
        List<LogMessage> errors = view.of("sd");
        if (!errors.isEmpty()) {
            findings.add(stateDict(view, errors));
        }
        List<LogMessage> pretrained = view.of("nnunet.pre.missing", "nnunet.pre.shape");
        if (!pretrained.isEmpty()) {
            findings.add(pretrained(view, pretrained));
        }
        return findings;
    }

    private static Finding stateDict(LogView view, List<LogMessage> errors) {
        LogMessage first = errors.stream()
                .filter(message -> message.is("sd.error"))
                .findFirst()
                .orElse(errors.get(0));
        LogDraft draft =
                new LogDraft(view, Cause.STATE_DICT_MISMATCH, LogView.firstOfEachRank(errors)).about(about(first));
        switch (first.id()) {
            case "sd.optim" -> optimizer(draft);
            case "sd.weights_only" -> weightsOnly(draft);
            default -> keys(draft, first);
        }
        String place = view.placeOf(first);
        return place.isEmpty() ? draft.finding() : draft.finding(" It was raised at " + place + ".");
    }

    private static String about(LogMessage message) {
        String module = message.field("module");
        return module.isEmpty() ? message.id() : module;
    }

    private static void optimizer(LogDraft draft) {
        draft.title("the optimizer's saved state does not fit this optimizer");
        draft.detail(
                "It has other parameter groups: parameters were frozen, unfrozen or added between save and resume, or the groups are built otherwise.");
        draft.advise(
                Action.MATCH_THE_MODEL,
                "Build the optimizer with the same groups as when the checkpoint was saved, or start with a new optimizer state.",
                "print([len(g[\"params\"]) for g in optimizer.param_groups], [len(g[\"params\"]) for g in checkpoint[\"optimizer\"][\"param_groups\"]])");
    }

    private static void weightsOnly(LogDraft draft) {
        draft.title(
                "torch.load refused the checkpoint: it holds more than tensors, and weights_only is the default since torch 2.6");
        draft.detail("The file is not corrupt. It pickles a class that is not on torch's list.");
        draft.advise(
                Action.LOAD_TRUSTED_PICKLE,
                "Only for a file whose source you trust, since unpickling runs its code; safer is to allow the one class it names.",
                "torch.load(path, weights_only=False)   # or torch.serialization.add_safe_globals([...])");
        draft.avoid(Action.LOAD_NON_STRICT, "The file is not read at all; strict is about names.");
    }

    private static void keys(LogDraft draft, LogMessage error) {
        List<String> missing = strings(error.list("missing"));
        List<String> unexpected = strings(error.list("unexpected"));
        List<?> mismatches = error.list("mismatches");
        String module = error.field("module").isEmpty() ? "the model" : error.field("module");
        String prefix = wrapper(missing, unexpected);
        draft.title("the checkpoint does not fit " + module + ": " + counts(missing, unexpected, mismatches));
        if (prefix != null) {
            draft.title("the checkpoint's names differ from " + module + "'s by \"" + prefix + "\" alone");
            boolean inCheckpoint = unexpected.stream().allMatch(key -> key.startsWith(prefix));
            draft.detail("That makes " + counts(missing, unexpected, mismatches) + ". The prefix is one that "
                    + (inCheckpoint
                            ? "the checkpoint has and the model does not"
                            : "the model has and the checkpoint does not")
                    + ": a wrapper's, such as DDP's or torch.compile's.");
            draft.advise(
                    Action.STRIP_KEY_PREFIX,
                    inCheckpoint
                            ? "Take the prefix off the checkpoint's names."
                            : "Load into the module inside the wrapper.",
                    inCheckpoint
                            ? "state = {k.removeprefix(\"" + prefix
                                    + "\"): v for k, v in state.items()}\nmodel.load_state_dict(state)"
                            : "model." + prefix + "load_state_dict(state)");
        } else {
            draft.detail(examples(missing, unexpected, mismatches));
            draft.advise(
                    Action.MATCH_THE_MODEL,
                    "Build the model as it was when the checkpoint was saved: the same configuration, number of classes and channels.",
                    null);
        }
        draft.avoid(
                Action.LOAD_NON_STRICT,
                mismatches.isEmpty()
                        ? "It loads what is left of the overlap" + (prefix == null ? "" : ", here nothing,")
                                + " and says nothing of the rest."
                        : "It still raises where shapes differ.");
    }

    private static String counts(List<String> missing, List<String> unexpected, List<?> mismatches) {
        List<String> parts = new ArrayList<>();
        if (!missing.isEmpty()) {
            parts.add(missing.size() + " missing");
        }
        if (!unexpected.isEmpty()) {
            parts.add(unexpected.size() + " unexpected");
        }
        if (!mismatches.isEmpty()) {
            parts.add(mismatches.size() + " of another shape");
        }
        return parts.isEmpty() ? "names or shapes differ" : String.join(", ", parts);
    }

    private static String examples(List<String> missing, List<String> unexpected, List<?> mismatches) {
        StringBuilder text = new StringBuilder();
        if (!missing.isEmpty()) {
            text.append("The model has ").append(few(missing)).append(". ");
        }
        if (!unexpected.isEmpty()) {
            text.append("The checkpoint has ").append(few(unexpected)).append(". ");
        }
        for (Object each : mismatches.subList(0, Math.min(MAX_NAMED, mismatches.size()))) {
            if (each instanceof Map<?, ?> one) {
                text.append(one.get("key"))
                        .append(" is ")
                        .append(one.get("ckpt_shape"))
                        .append(" in the checkpoint and ")
                        .append(one.get("model_shape"))
                        .append(" in the model. ");
            }
        }
        return text.toString();
    }

    private static String few(List<String> names) {
        return String.join(", ", names.subList(0, Math.min(MAX_NAMED, names.size())))
                + (names.size() > MAX_NAMED ? " and " + (names.size() - MAX_NAMED) + " more" : "");
    }

    private static List<String> strings(List<?> values) {
        return values.stream().map(String::valueOf).toList();
    }

    /** The one prefix by which all missing and unexpected names differ; null where there is none. Buffers may be on one side only. */
    static @Nullable String wrapper(List<String> missing, List<String> unexpected) {
        String added = added(missing, unexpected);
        return added != null ? added : added(unexpected, missing);
    }

    /** What every name of {@code with} begins with, and what makes each of {@code without} one of them. */
    private static @Nullable String added(List<String> without, List<String> with) {
        if (without.isEmpty() || with.isEmpty()) {
            return null;
        }
        Set<String> names = new HashSet<>(with);
        for (String name : with) {
            if (name.endsWith("." + without.get(0))) {
                String prefix = name.substring(0, name.length() - without.get(0).length());
                if (with.stream().allMatch(each -> each.startsWith(prefix))
                        && without.stream().allMatch(each -> names.contains(prefix + each))) {
                    return prefix;
                }
            }
        }
        return null;
    }

    private static Finding pretrained(LogView view, List<LogMessage> messages) {
        LogMessage first = messages.get(0);
        LogDraft draft = new LogDraft(view, Cause.PRETRAINED_MISMATCH, LogView.firstOfEachRank(messages))
                .about(first.field("key"));
        if (first.is("nnunet.pre.missing")) {
            draft.title("the pretrained weights do not fit this network: " + first.field("key") + " is not in them");
            draft.detail("nnU-Net stops at the first such key, so there may be more.");
        } else {
            draft.title("the pretrained weights do not fit this network: " + first.field("key") + " is "
                    + first.field("pretrained") + " in them and of another shape here");
            draft.detail(
                    "nnU-Net prints the network's tensor in the place of its shape; kernel sizes, strides, features per stage and input channels of the plans decide it.");
        }
        draft.advise(
                Action.PRETRAIN_WITH_SAME_PLANS,
                "Pretrain with the target's plans, which fix every shape.",
                "nnUNetv2_move_plans_between_datasets -s SOURCE -t TARGET -sp nnUNetPlans -tp nnUNetPlans_pretrain");
        draft.avoid(
                Action.LOAD_NON_STRICT, "The layers that differ would start from nothing, and nobody would be told.");
        return draft.finding();
    }
}
