package dev.gradwatch.collector.analysis.log;

import dev.gradwatch.collector.analysis.advice.Advices;
import dev.gradwatch.collector.analysis.advice.ModuleGroups;
import dev.gradwatch.collector.analysis.advice.Snippets;
import dev.gradwatch.collector.analysis.advice.Trainer;
import dev.gradwatch.collector.analysis.advice.Wording;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Advice;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Confidence;
import dev.gradwatch.collector.model.Evidence;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.LogMessage;
import dev.gradwatch.collector.model.Severity;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A finding in the making, of a job's messages. */
final class LogDraft {
    /** Messages that stand as proof; one a rank is enough for a person. */
    static final int MAX_LOG_LINES = 8;

    private static final int MAX_LOG_CHARS = 600;
    private static final int MAX_TITLE_CHARS = 200;

    private final LogView view;
    private final Cause cause;
    private final List<LogMessage> proof;
    private final List<Advice> advice = new ArrayList<>();
    private final List<Advice> avoid = new ArrayList<>();
    private final Advices advices;
    private Severity severity;
    private List<Integer> ranks;
    private List<String> parameters = List.of();
    private List<String> modules = List.of();
    private Confidence confidence = Confidence.HIGH;
    private String title = "";
    private String detail = "";
    private String about = "";

    /** @param proof at least one message, the one that says most first */
    LogDraft(LogView view, Cause cause, List<LogMessage> proof) {
        this.view = view;
        this.cause = cause;
        this.proof = proof;
        this.severity = view.severity(proof.get(0));
        List<Integer> said = LogView.ranks(proof);
        Integer only = said.isEmpty() ? view.onlyFailedRank() : null;
        this.ranks = only == null ? said : List.of(only);
        // A log does not show whether the ranks had GPUs; device_ids is what those on GPUs need.
        this.advices = new Advices(new Snippets(Trainer.of(view.libraries()), false, false));
    }

    Advices make() {
        return advices;
    }

    List<Integer> ranks() {
        return ranks;
    }

    /** {@code on rank 1}; empty where no rank is known. */
    String onRanks() {
        return ranks.isEmpty() ? "" : Wording.onRanks(ranks, view.worldSize());
    }

    LogDraft title(String text) {
        title = text.length() <= MAX_TITLE_CHARS ? text : text.substring(0, MAX_TITLE_CHARS) + " …";
        return this;
    }

    LogDraft detail(String text) {
        detail = text;
        return this;
    }

    LogDraft severity(Severity other) {
        severity = other;
        return this;
    }

    LogDraft ranks(List<Integer> those) {
        ranks = those;
        return this;
    }

    LogDraft parameters(List<String> names, List<String> of) {
        parameters = names;
        modules = of;
        return this;
    }

    LogDraft confidence(Confidence other) {
        confidence = other;
        return this;
    }

    /** What tells it from others of its cause, where that is neither modules nor ranks. */
    LogDraft about(String what) {
        about = what;
        return this;
    }

    LogDraft advise(Action action, String why, @Nullable String snippet) {
        return advise(new Advice(action, why, snippet));
    }

    LogDraft advise(Advice next) {
        advice.add(next);
        return this;
    }

    LogDraft avoid(Action action, String why) {
        avoid.add(Advices.avoid(action, why));
        return this;
    }

    Finding finding(String more) {
        detail = detail.strip() + more;
        return finding();
    }

    Finding finding() {
        return new Finding(
                cause.id() + "/" + key(),
                cause,
                severity,
                null,
                title,
                detail.strip(),
                parameters,
                modules,
                ranks,
                new Evidence(1, 0, 0, confidence),
                advice,
                avoid,
                proof.stream().limit(MAX_LOG_LINES).map(LogDraft::line).toList());
    }

    private String key() {
        if (!about.isEmpty()) {
            return about;
        }
        if (!modules.isEmpty()) {
            return String.join(",", modules.subList(0, Math.min(8, modules.size())));
        }
        return ranks.isEmpty() ? "job" : "rank." + ModuleGroups.ranges(ranks);
    }

    /** Torchrun's table in a line: it begins with what everybody has read before. */
    private static String root(LogMessage table) {
        return "Root Cause: rank " + table.field("root_cause_rank") + ", exitcode " + table.field("exitcode")
                + (table.field("signal").isEmpty() ? "" : " (" + table.field("signal") + ")");
    }

    static Finding.LogLine line(LogMessage message) {
        String text = message.is("elastic.table") ? root(message) : message.text();
        return new Finding.LogLine(
                message.id(),
                message.rank(),
                message.source(),
                message.line(),
                text.length() <= MAX_LOG_CHARS ? text : text.substring(0, MAX_LOG_CHARS) + " …");
    }
}
