package dev.gradwatch.collector.sink.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gradwatch.collector.model.FlagCost;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.Manifest.DdpSettings;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A {@link JobReport} as JSON, {@code gradwatch.report/1}. Times are ISO 8601 in UTC; what is not known is null and never left out, so that a
 * reader can tell unknown from misspelt.
 */
public final class ReportJson {
    public static final String SCHEMA = "gradwatch.report/1";

    static final ObjectMapper MAPPER = new ObjectMapper();

    static final ObjectWriter WRITER = MAPPER.writer(new DefaultPrettyPrinter()
            .withObjectIndenter(new DefaultIndenter("  ", "\n"))
            .withArrayIndenter(DefaultPrettyPrinter.FixedSpaceIndenter.instance));

    /** The report as text that a person can read too, with a line end at its end. */
    public static String text(JobReport report) {
        return text(report, null);
    }

    /** @param flagCost left out where it is null: most jobs never have one */
    public static String text(JobReport report, @Nullable FlagCost flagCost) {
        ObjectNode root = tree(report);
        if (flagCost != null) {
            root.set(FlagCostJson.MEMBER, FlagCostJson.tree(flagCost));
        }
        try {
            return WRITER.writeValueAsString(root) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain nodes can always be written", e);
        }
    }

    static ObjectNode tree(JobReport report) {
        ObjectNode root = MAPPER.createObjectNode().put("schema", SCHEMA);
        root.set("job", job(report));
        ArrayNode ranks = root.putArray("ranks");
        report.ranks().forEach(rank -> ranks.add(rank(rank)));
        ArrayNode models = root.putArray("models");
        report.models().forEach(model -> models.add(model(model)));
        ArrayNode findings = root.putArray("findings");
        report.findings().forEach(finding -> findings.add(FindingJson.tree(finding)));
        return root;
    }

    private static ObjectNode job(JobReport report) {
        ObjectNode node = MAPPER.createObjectNode().put("id", report.id()).put("name", report.name());
        node.set("command", strings(report.command()));
        node.put("exit_code", report.exitCode())
                .put("started", iso(report.startedMicros()))
                .put("ended", iso(report.endedMicros()))
                .put("world_size", report.worldSize() == 0 ? null : Integer.valueOf(report.worldSize()))
                .put("framework", report.framework().isEmpty() ? null : report.framework());
        ObjectNode libraries = node.putObject("libraries");
        report.libraries().entrySet().stream()
                .sorted(java.util.Map.Entry.comparingByKey())
                .forEach(library -> libraries.put(library.getKey(), library.getValue()));
        return node;
    }

    private static ObjectNode rank(JobReport.Rank rank) {
        ObjectNode node = MAPPER.createObjectNode()
                .put("rank", rank.rank())
                .put("host", rank.host())
                .put("pid", rank.pid())
                .put("device", rank.device())
                .put("steps", rank.steps())
                .put("watched_steps", rank.watchedSteps())
                .put("state", rank.state().id())
                .put("error", rank.error());
        node.putObject("cost")
                .put("watch_nanos", rank.cost().watchNanos())
                .put("wall_nanos", rank.cost().wallNanos())
                .put("level", rank.cost().level());
        return node;
    }

    private static ObjectNode model(JobReport.Model model) {
        ObjectNode node = MAPPER.createObjectNode()
                .put("id", model.id())
                .put("name", model.name())
                .put("wrapper", model.wrapper())
                .put("tensors", model.tensors())
                .put("trainable", model.trainable())
                .put("elements", model.elements())
                .put("state_dict_keys", model.stateDictKeys());
        ArrayNode aliases = node.putArray("aliases");
        model.aliases().forEach(group -> aliases.add(strings(group)));
        node.set("ddp", ddp(model.ddp()));
        ArrayNode modules = node.putArray("modules");
        for (JobReport.ModuleUsage usage : model.modules()) {
            ObjectNode row = modules.addObject().put("modules", usage.modules()).put("tensors", usage.tensors());
            row.set(
                    "marks",
                    strings(usage.marks().stream().map(JobReport.Mark::id).toList()));
            row.put("note", usage.note());
        }
        node.set("notes", strings(model.notes()));
        return node;
    }

    private static @Nullable ObjectNode ddp(@Nullable DdpSettings ddp) {
        if (ddp == null) {
            return null;
        }
        return MAPPER.createObjectNode()
                .put("find_unused_parameters", ddp.findUnusedParameters())
                .put("static_graph", ddp.staticGraph())
                .put("broadcast_buffers", ddp.broadcastBuffers())
                .put("gradient_as_bucket_view", ddp.gradientAsBucketView())
                .put("bucket_cap_mb", ddp.bucketCapMb())
                .put("comm_hook", ddp.commHook());
    }

    static ArrayNode strings(List<String> values) {
        ArrayNode array = MAPPER.createArrayNode();
        values.forEach(array::add);
        return array;
    }

    private static @Nullable String iso(long micros) {
        return micros == 0
                ? null
                : Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString();
    }

    private ReportJson() {}
}
