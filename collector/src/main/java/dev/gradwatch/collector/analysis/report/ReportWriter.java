package dev.gradwatch.collector.analysis.report;

import dev.gradwatch.collector.analysis.detect.JobView;
import dev.gradwatch.collector.analysis.detect.ModelView;
import dev.gradwatch.collector.analysis.detect.RankEnds;
import dev.gradwatch.collector.analysis.log.LogRanks;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.Manifest;
import dev.gradwatch.collector.model.RankFailure;
import java.util.ArrayList;
import java.util.List;

/** Puts the report together. */
public final class ReportWriter {
    /** Groups of shared names in a report; a model that ties everything would drown the rest. */
    private static final int MAX_ALIAS_GROUPS = 1_000;

    private ReportWriter() {}

    public static JobReport write(JobView job, List<Finding> findings) {
        List<JobReport.Rank> ranks = new ArrayList<>();
        job.ranks().forEach((number, rank) -> {
            RankFailure failure = RankEnds.fatalFailure(job, rank);
            ranks.add(new JobReport.Rank(
                    number,
                    rank.info().host(),
                    rank.info().pid(),
                    rank.info().device(),
                    rank.backward(),
                    rank.watched(),
                    rank.step(),
                    rank.stepNanos(),
                    job.stateOf(rank),
                    failure == null ? null : error(failure),
                    rank.cost()));
        });
        if (ranks.isEmpty()) {
            ranks.addAll(LogRanks.of(job, job.log()));
        }
        List<JobReport.Model> models = new ArrayList<>();
        for (ModelView model : job.models()) {
            models.add(model(model, job));
        }
        return new JobReport(
                job.id(),
                name(job, models),
                command(job),
                job.exitCode(),
                job.startedMicros(),
                job.endedMicros(),
                job.worldSize(),
                job.framework(),
                job.libraries(),
                ranks,
                models,
                findings);
    }

    private static List<String> command(JobView job) {
        return !job.command().isEmpty()
                ? job.command()
                : job.ranks().values().stream()
                        .findFirst()
                        .map(rank -> rank.info().command())
                        .orElse(List.of());
    }

    private static String name(JobView job, List<JobReport.Model> models) {
        if (!models.isEmpty()) {
            return models.get(0).name();
        }
        return job.name().isEmpty() ? job.id() : job.name();
    }

    private static String error(RankFailure failure) {
        String first = failure.message()
                .lines()
                .filter(line -> !line.isBlank())
                .findFirst()
                .orElse("");
        return failure.type() + ": " + first.trim();
    }

    private static JobReport.Model model(ModelView model, JobView job) {
        Manifest manifest = model.manifest();
        List<List<String>> aliases = new ArrayList<>();
        long elements = 0;
        int trainable = 0;
        for (Manifest.Parameter parameter : manifest.parameters()) {
            elements += parameter.elements();
            trainable += parameter.trainable() ? 1 : 0;
            if (!parameter.aliases().isEmpty() && aliases.size() < MAX_ALIAS_GROUPS) {
                List<String> group = new ArrayList<>();
                group.add(parameter.name());
                group.addAll(parameter.aliases());
                aliases.add(group);
            }
        }
        List<String> notes = new ArrayList<>(manifest.notes());
        if (!model.unlikeRanks().isEmpty()) {
            notes.add("Ranks " + model.unlikeRanks()
                    + " wrapped another number of parameters as this model; they were not compared.");
        }
        boolean folded =
                model.ranks().stream().anyMatch(rank -> rank.model().used().counts() != null);
        if (folded) {
            notes.add("So many different patterns of use were seen that the oldest are kept as counts only.");
        }
        return new JobReport.Model(
                manifest.model(),
                manifest.name(),
                manifest.wrapper(),
                Math.max(manifest.parametersTotal(), manifest.parameters().size()),
                trainable,
                elements,
                manifest.stateDictKeys(),
                aliases,
                manifest.ddp(),
                new UsageTable(model, new ArrayList<>(job.ranks().keySet())).rows(),
                notes);
    }
}
