package dev.gradwatch.collector.analysis.gpu;

import dev.gradwatch.collector.analysis.advice.Advices;
import dev.gradwatch.collector.analysis.advice.GpuSnippets;
import dev.gradwatch.collector.analysis.advice.Trainer;
import dev.gradwatch.collector.analysis.advice.Wording;
import dev.gradwatch.collector.analysis.detect.JobView;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Advice;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Confidence;
import dev.gradwatch.collector.model.Evidence;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Severity;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A finding in the making, of GPUs. */
final class GpuDraft {
    private final JobView job;
    private final Cause cause;
    private final String key;
    private final Severity severity;
    private final List<RankGpu> gpus;
    private final List<Advice> advice = new ArrayList<>();
    private final List<Advice> avoid = new ArrayList<>();
    private final GpuSnippets snippets;
    private String title = "";
    private String detail = "";

    /**
     * @param key what the id ends in; it must not change when the finding becomes true of one rank more
     * @param gpus of the ranks that it is true of
     */
    GpuDraft(GpuView view, Cause cause, String key, Severity severity, List<RankGpu> gpus) {
        this.job = view.job();
        this.cause = cause;
        this.key = key;
        this.severity = severity;
        this.gpus = gpus;
        this.snippets = new GpuSnippets(Trainer.of(job.libraries()));
    }

    GpuSnippets snippets() {
        return snippets;
    }

    List<Integer> ranks() {
        return gpus.stream().map(RankGpu::rank).toList();
    }

    /** {@code rank 3's GPU}, {@code the GPUs of ranks 0-3}. */
    String whose() {
        return gpus.size() == 1 ? Wording.ranks(ranks()) + "'s GPU" : "the GPUs of " + Wording.ranks(ranks());
    }

    /** {@code is} or {@code are}. */
    String is() {
        return gpus.size() == 1 ? "is" : "are";
    }

    String onRanks() {
        return Wording.onRanks(ranks(), job.worldSize());
    }

    GpuDraft title(String text) {
        title = text;
        return this;
    }

    GpuDraft detail(String text) {
        detail = text;
        return this;
    }

    GpuDraft advise(Action action, String why, @Nullable String snippet) {
        // The snippets are of torch's API.
        advice.add(new Advice(action, why, job.isDjl() ? null : snippet));
        return this;
    }

    GpuDraft avoid(Action action, String why) {
        avoid.add(Advices.avoid(action, why));
        return this;
    }

    Finding finding() {
        long steps = 0;
        for (RankGpu gpu : gpus) {
            steps = Math.max(steps, gpu.state().backward());
        }
        return new Finding(
                cause.id() + "/" + key,
                cause,
                severity,
                null,
                title,
                detail,
                List.of(),
                List.of(),
                ranks(),
                new Evidence(1, steps, steps, Confidence.HIGH),
                advice,
                avoid,
                List.of());
    }
}
