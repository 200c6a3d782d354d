package dev.gradwatch.collector.analysis.log;

import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.LogMessage;
import dev.gradwatch.collector.model.Severity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code missing_environment} and {@code dataset_error}: what was not set up before the training began. */
final class SetupLogDetector implements LogDetector {
    private static final String WARNED = "nnunet.verify.warn";
    private static final Set<String> NO_TROUBLE = Set.of("nnunet.verify.ok", "nnunet.verify.summary", WARNED);

    @Override
    public List<Finding> detect(LogView view) {
        List<Finding> findings = new ArrayList<>();
        Map<String, List<LogMessage>> unset = new LinkedHashMap<>();
        for (LogMessage message : view.of("nnunet.env", "rdzv.env")) {
            unset.computeIfAbsent(variable(message), name -> new ArrayList<>()).add(message);
        }
        unset.forEach((name, messages) -> {
            if (matters(view, messages)) {
                findings.add(variable(view, name, messages));
            }
        });
        findings.addAll(dataset(view));
        return findings;
    }

    private static String variable(LogMessage message) {
        String said = message.field("var");
        return said.isEmpty() ? message.id().substring(message.id().lastIndexOf('.') + 1) : said;
    }

    /** Up to 2.7 nnU-Net prints what is missing and goes on, and inference needs little of it. */
    private static boolean matters(LogView view, List<LogMessage> messages) {
        return messages.stream().anyMatch(message -> message.severity() == Severity.ERROR)
                || view.tracebacks().stream()
                        .anyMatch(traceback ->
                                view.isFatal(traceback) && traceback.text().contains("not NoneType"));
    }

    private static Finding variable(LogView view, String name, List<LogMessage> messages) {
        LogDraft draft = new LogDraft(view, Cause.MISSING_ENVIRONMENT, LogView.firstOfEachRank(messages)).about(name);
        boolean rendezvous = messages.get(0).is("rdzv.env");
        draft.severity(Severity.ERROR);
        draft.title("the environment variable " + name + " is not set"
                + (draft.ranks().isEmpty() ? "" : ", " + draft.onRanks()));
        if (rendezvous) {
            draft.detail(
                    "torch.distributed takes rank, world size and address from the environment, which a launcher sets.");
            draft.advise(
                    Action.START_BY_TORCHRUN, "It sets them for each process.", "torchrun --nproc-per-node 2 train.py");
        } else {
            draft.detail(messages.get(0).guide().means());
            draft.advise(
                    Action.SET_ENVIRONMENT,
                    "nnU-Net looks there for its data; set it where the job's environment is made, also in batch scripts and containers.",
                    "export " + name + "=/path/to/" + name);
        }
        return draft.finding();
    }

    private static List<Finding> dataset(LogView view) {
        List<LogMessage> all = view.of("nnunet.verify");
        List<LogMessage> errors = all.stream()
                .filter(message -> !NO_TROUBLE.contains(message.id()))
                .toList();
        if (errors.isEmpty()) {
            errors = all.stream()
                    .filter(message -> message.is("nnunet.verify.summary"))
                    .toList();
        }
        if (errors.isEmpty()) {
            return List.of();
        }
        Map<String, List<LogMessage>> byId = new LinkedHashMap<>();
        errors.forEach(message ->
                byId.computeIfAbsent(message.id(), id -> new ArrayList<>()).add(message));
        List<Finding> findings = new ArrayList<>();
        byId.forEach((id, messages) -> {
            LogMessage first = messages.get(0);
            LogDraft draft =
                    new LogDraft(view, Cause.DATASET_ERROR, messages).about(id).severity(Severity.ERROR);
            draft.title("the dataset check failed: " + sentence(first)
                    + (messages.size() > 1 ? " (" + messages.size() + " times)" : ""));
            draft.detail(files(messages));
            draft.advise(Action.FIX_DATASET, first.guide().fix(), null);
            draft.avoid(
                    Action.KNOWN_TRAP,
                    "Turning the check off leaves the error in the data, where it costs a training run.");
            findings.add(draft.finding());
        });
        return findings;
    }

    private static String sentence(LogMessage message) {
        String first = message.text().lines().findFirst().orElse("").strip();
        return first.replaceFirst("^(?:\\w*Error: |Error: )", "").replaceFirst("[.:]$", "");
    }

    private static String files(List<LogMessage> messages) {
        Set<String> files = new LinkedHashSet<>();
        for (LogMessage message : messages) {
            for (String field : List.of("file", "seg", "missing", "images", "labels", "files")) {
                if (!message.field(field).isBlank()) {
                    files.add(message.field(field).strip());
                    break;
                }
            }
        }
        return files.isEmpty()
                ? ""
                : "Files: " + String.join(", ", files.stream().limit(5).toList())
                        + (files.size() > 5 ? " and " + (files.size() - 5) + " more." : ".");
    }
}
