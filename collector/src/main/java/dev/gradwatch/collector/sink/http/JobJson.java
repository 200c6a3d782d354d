package dev.gradwatch.collector.sink.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.gradwatch.collector.model.JobReport.Mark;
import dev.gradwatch.collector.model.JobSummary;
import dev.gradwatch.collector.model.ParameterMarks;
import dev.gradwatch.collector.model.ParameterUsage;
import dev.gradwatch.collector.model.PassUsage;
import dev.gradwatch.collector.model.SeriesPoint;
import dev.gradwatch.collector.sink.http.Directory.MarkPage;
import dev.gradwatch.collector.sink.http.Directory.ParameterPage;
import dev.gradwatch.collector.sink.http.Directory.Proof;
import dev.gradwatch.collector.sink.http.Directory.Recent;
import dev.gradwatch.collector.sink.http.Directory.SinceLastRun;
import dev.gradwatch.collector.words.Phrases;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Jobs and their parts as JSON. */
final class JobJson {
    private static final double NANOS_PER_SECOND = 1e9;

    static ObjectNode summary(JobSummary job, Phrases phrases) {
        return Json.object()
                .put("id", job.id())
                .put("name", job.name())
                .put("state", job.state().id())
                .put("exit_code", job.exitCode())
                .put("started", Json.iso(job.startedMicros()))
                .put("ended", Json.iso(job.endedMicros()))
                .put("world_size", job.worldSize() == 0 ? null : Integer.valueOf(job.worldSize()))
                .put("ranks", job.ranks())
                .put("step", job.step())
                .put("step_seconds", job.stepNanos() == 0 ? null : Double.valueOf(job.stepNanos() / NANOS_PER_SECOND))
                .put("framework", job.framework().isEmpty() ? null : job.framework())
                .put("worst", job.worst() == null ? null : job.worst().id())
                .put("title", job.title() == null ? null : phrases.of(job.title()))
                .put("findings", job.findings())
                .put("updated", Json.iso(job.updatedMicros()))
                .put("gpu_percent", job.gpuPercent());
    }

    /** With what it did lately; null where that is unknown. */
    static ObjectNode summary(JobSummary job, Phrases phrases, Optional<Recent> recent) {
        ObjectNode node = summary(job, phrases);
        node.set("recent", recent.map(JobJson::recent).orElse(null));
        return node;
    }

    private static ObjectNode recent(Recent recent) {
        ObjectNode node = Json.object().put("series", recent.series()).put("span_seconds", recent.spanSeconds());
        node.set("values", Json.array(recent.values(), Json::number));
        return node;
    }

    static ObjectNode since(SinceLastRun since, Phrases phrases) {
        ObjectNode node = Json.object().put("job", since.job());
        node.set("fixed", titles(since.fixed(), phrases));
        node.set("still_there", titles(since.stillThere(), phrases));
        node.set("new", titles(since.fresh(), phrases));
        return node;
    }

    private static ArrayNode titles(List<String> titles, Phrases phrases) {
        return Json.array(titles, title -> TextNode.valueOf(phrases.of(title)));
    }

    static ObjectNode parameters(ParameterPage page) {
        ObjectNode node = Json.object();
        node.set("ranks", Json.array(page.ranks(), IntNode::valueOf));
        node.put("total", page.total());
        node.set("parameters", Json.array(page.parameters(), JobJson::parameter));
        return node;
    }

    /** The marks alone: each pattern once, a letter a rank, and by its number for each parameter. */
    static ObjectNode marks(MarkPage page) {
        ParameterMarks marks = page.marks();
        ObjectNode node = Json.object();
        node.set("ranks", Json.array(marks.ranks(), IntNode::valueOf));
        node.put("total", page.total());
        node.set("patterns", Json.array(marks.patterns(), pattern -> TextNode.valueOf(letters(pattern))));
        node.set(
                "parameters",
                Json.array(
                        marks.rows(),
                        row -> Json.object()
                                .put("model", row.model())
                                .put("index", row.index())
                                .put("name", row.name())
                                .put("pattern", row.pattern())));
        return node;
    }

    /** Marks as a letter a column; rows that share theirs share the text. */
    static ObjectNode usage(PassUsage usage) {
        ObjectNode node = Json.object()
                .put("rank", usage.rank())
                .put("model", usage.model())
                .put("first", usage.first() < 0 ? null : Long.valueOf(usage.first()))
                .put("last", usage.last() < 0 ? null : Long.valueOf(usage.last()));
        PassUsage.Folded folded = usage.folded();
        node.set(
                "folded",
                folded == null
                        ? null
                        : Json.object()
                                .put("first", folded.first())
                                .put("last", folded.last())
                                .put("passes", folded.passes()));
        node.set(
                "columns",
                Json.array(
                        usage.columns(),
                        column -> Json.object()
                                .put("first", column.first())
                                .put("last", column.last())
                                .put("watched", column.watched() < 0 ? null : Long.valueOf(column.watched()))));
        IdentityHashMap<List<Mark>, TextNode> texts = new IdentityHashMap<>();
        ArrayNode rows = node.putArray("parameters");
        for (PassUsage.Row row : usage.parameters()) {
            rows.addObject()
                    .put("index", row.index())
                    .put("name", row.name())
                    .set("marks", texts.computeIfAbsent(row.marks(), marks -> TextNode.valueOf(letters(marks))));
        }
        return node;
    }

    private static String letters(List<Mark> marks) {
        StringBuilder letters = new StringBuilder(marks.size());
        marks.forEach(mark -> letters.append(letter(mark)));
        return letters.toString();
    }

    private static char letter(Mark mark) {
        return switch (mark) {
            case USED -> 'u';
            case SOMETIMES -> 's';
            case ZERO -> 'z';
            case NEVER -> 'n';
            case NONFINITE -> 'x';
            case FROZEN -> 'f';
            case UNKNOWN -> '?';
        };
    }

    private static ObjectNode parameter(ParameterUsage usage) {
        ObjectNode node = Json.object()
                .put("model", usage.model())
                .put("index", usage.index())
                .put("name", usage.name());
        node.set("aliases", Json.strings(usage.aliases()));
        node.set("shape", Json.array(usage.shape(), IntNode::valueOf));
        node.put("dtype", usage.dtype()).put("trainable", usage.trainable());
        node.set("marks", cells(usage, cell -> TextNode.valueOf(cell.mark().id())));
        node.set("used", cells(usage, cell -> LongNode.valueOf(cell.used())));
        node.set("watched", cells(usage, cell -> LongNode.valueOf(cell.watched())));
        node.set("last_used", cells(usage, cell -> passOrNull(cell.lastUsed())));
        node.set("last_norm", cells(usage, cell -> Json.norm(cell.lastNorm())));
        node.set("max_norm", cells(usage, cell -> Json.norm(cell.maxNorm())));
        return node;
    }

    private static ArrayNode cells(ParameterUsage usage, Function<ParameterUsage.Cell, JsonNode> json) {
        return Json.array(usage.cells(), json);
    }

    private static JsonNode passOrNull(long pass) {
        return Json.MAPPER.valueToTree(pass < 0 ? null : Long.valueOf(pass));
    }

    /** @param points by series or not, oldest first in each */
    static ObjectNode series(List<SeriesPoint> points) {
        Map<String, ArrayNode> series = new LinkedHashMap<>();
        for (SeriesPoint point : points) {
            series.computeIfAbsent(point.series(), name -> Json.MAPPER.createArrayNode())
                    .add(point(point));
        }
        ObjectNode node = Json.object();
        ArrayNode array = node.putArray("series");
        series.forEach((name, values) -> array.addObject().put("name", name).set("points", values));
        return node;
    }

    private static ObjectNode point(SeriesPoint point) {
        ObjectNode node = Json.object().put("time", Json.iso(point.micros())).put("step", point.step());
        node.set("mean", Json.number(point.mean()));
        node.set("min", Json.number(point.min()));
        node.set("max", Json.number(point.max()));
        return node.put("count", point.count());
    }

    static ObjectNode proof(Proof proof) {
        @Nullable
        Long line = proof.line().line() == 0 ? null : Long.valueOf(proof.line().line());
        return Json.object()
                .put("finding", proof.finding())
                .put("message", proof.line().message())
                .put("rank", proof.line().rank())
                .put("source", proof.line().source())
                .put("line", line)
                .put("text", proof.line().text());
    }

    private JobJson() {}
}
