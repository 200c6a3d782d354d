package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.analysis.advice.Advices;
import dev.gradwatch.collector.analysis.advice.DjlAdvices;
import dev.gradwatch.collector.analysis.advice.DjlSnippets;
import dev.gradwatch.collector.analysis.advice.ModuleGroups;
import dev.gradwatch.collector.analysis.advice.ModulePaths;
import dev.gradwatch.collector.analysis.advice.Snippets;
import dev.gradwatch.collector.analysis.advice.Trainer;
import dev.gradwatch.collector.analysis.advice.Wording;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Advice;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Confidence;
import dev.gradwatch.collector.model.Evidence;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.RankFailure;
import dev.gradwatch.collector.model.Severity;
import java.util.ArrayList;
import java.util.List;

/** A finding in the making, of one model. */
final class Draft {
    /** Messages that stand as proof in a finding; one a rank is enough for a person. */
    static final int MAX_LOG_LINES = 8;

    private static final int MAX_ID_MODULES = 8;
    private static final int MAX_LOG_CHARS = 600;

    private final ModelView model;
    private final Cause cause;
    private final Severity severity;
    private final int[] parameters;
    private final List<String> names;
    private final List<String> groups;
    private final List<Advice> advice = new ArrayList<>();
    private final List<Advice> avoid = new ArrayList<>();
    private final List<Finding.LogLine> log = new ArrayList<>();
    private final Advices advices;
    private List<Integer> ranks;
    private Evidence evidence;
    private String title = "";
    private String detail = "";

    /** @param parameters those it is about, ascending; empty where it is about the whole model */
    Draft(ModelView model, Cause cause, Severity severity, int[] parameters) {
        this.model = model;
        this.cause = cause;
        this.severity = severity;
        this.parameters = parameters;
        this.names = ModuleGroups.names(model.manifest(), parameters);
        this.groups = ModuleGroups.grouped(names, ModulePaths.of(model.manifest()));
        this.ranks = model.allRanks();
        this.evidence = model.evidence();
        boolean cpu = model.ranks().stream()
                .allMatch(rank -> rank.state().info().device().startsWith("cpu"));
        this.advices = new Advices(new Snippets(Trainer.of(model.job().libraries()), cpu, model.plain()));
    }

    /** Modules, siblings in one name. */
    List<String> groups() {
        return groups;
    }

    /** Modules, each by its own name. */
    List<String> names() {
        return names;
    }

    /** The modules as they stand in a sentence. */
    String subject() {
        return Wording.list(groups);
    }

    Advices make() {
        return advices;
    }

    /** Likewise for a model that DJL trains. */
    DjlAdvices djl() {
        return new DjlAdvices(new DjlSnippets(model.manifest()));
    }

    /** Whether it names parameters and not modules: siblings in the same module got gradients. */
    boolean ownsOnlyPart() {
        return names.stream()
                .allMatch(name -> model.manifest().parameters().stream()
                        .anyMatch(parameter -> parameter.name().equals(name)));
    }

    /** The first backward pass, on any rank, that used one of the parameters; {@link Long#MAX_VALUE} where none did. */
    long firstUsed() {
        long first = Long.MAX_VALUE;
        for (RankFacts rank : model.ranks()) {
            for (int p : parameters) {
                first = Math.min(first, rank.firstUsed(p));
            }
        }
        return first;
    }

    /** Of parameters that no step used: how little a few steps prove; empty where there are more. */
    String doubtOfFewSteps() {
        return evidence.confidence() == Confidence.LOW
                ? " With " + Wording.count(evidence.steps(), "step")
                        + " of evidence, what is never used cannot be told from what a later step would use."
                : "";
    }

    /** {@code 2 of 66 parameter tensors}. */
    String share() {
        int all = model.manifest().parameters().size();
        return parameters.length + " of " + Wording.count(all, "parameter tensor");
    }

    String onRanks() {
        return Wording.onRanks(ranks, model.job().worldSize());
    }

    Evidence evidence() {
        return evidence;
    }

    Draft title(String text) {
        title = text;
        return this;
    }

    Draft detail(String text) {
        detail = text;
        return this;
    }

    Draft ranks(List<Integer> those) {
        ranks = those;
        return this;
    }

    Draft evidence(Evidence other) {
        evidence = other;
        return this;
    }

    Draft advise(Advice next) {
        advice.add(next);
        return this;
    }

    Draft avoid(Action action, String why) {
        avoid.add(Advices.avoid(action, why));
        return this;
    }

    /** Takes the ranks' exceptions of this kind as proof. */
    Draft provedBy(TorchText kind) {
        for (RankFacts rank : model.ranks()) {
            for (RankFailure failure : ModelFailures.maybeOf(rank.state(), model.id())) {
                if (TorchText.of(failure) == kind && log.size() < MAX_LOG_LINES && notYet(rank.rank())) {
                    log.add(logLine(kind, rank.rank(), failure));
                }
            }
        }
        return this;
    }

    private boolean notYet(int rank) {
        return log.stream().noneMatch(line -> line.rank() != null && line.rank() == rank);
    }

    static Finding.LogLine logLine(TorchText kind, int rank, RankFailure failure) {
        String text = TorchText.telling(failure);
        return new Finding.LogLine(
                kind.message(),
                rank,
                "exception",
                0,
                text.length() <= MAX_LOG_CHARS ? text : text.substring(0, MAX_LOG_CHARS) + " …");
    }

    Finding finding() {
        return new Finding(
                cause.id() + "/" + idModules(),
                cause,
                severity,
                model.id(),
                title,
                detail,
                model.names(parameters),
                groups,
                ranks,
                evidence,
                advice,
                avoid,
                log);
    }

    private String idModules() {
        String modules = groups.isEmpty()
                ? model.manifest().name()
                : groups.size() <= MAX_ID_MODULES
                        ? String.join(",", groups)
                        : String.join(",", groups.subList(0, MAX_ID_MODULES)) + ",+" + (groups.size() - MAX_ID_MODULES);
        // Two models of a job may have modules of one name, and an id must tell them apart.
        return model.id() == 0 ? modules : "m" + model.id() + ":" + modules;
    }
}
