package dev.gradwatch.collector.sink.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gradwatch.collector.model.Advice;
import dev.gradwatch.collector.model.Finding;

/** A finding as JSON, as it stands in reports and in what the API says of alerts. */
public final class FindingJson {
    public static ObjectNode tree(Finding finding) {
        ObjectNode node = ReportJson.MAPPER
                .createObjectNode()
                .put("id", finding.id())
                .put("cause", finding.cause().id())
                .put("severity", finding.severity().id())
                .put("model", finding.model())
                .put("title", finding.title())
                .put("detail", finding.detail());
        node.set("parameters", ReportJson.strings(finding.parameters()));
        node.set("modules", ReportJson.strings(finding.modules()));
        ArrayNode ranks = node.putArray("ranks");
        finding.ranks().forEach(ranks::add);
        node.putObject("evidence")
                .put("steps", finding.evidence().steps())
                .put("first_step", finding.evidence().firstStep())
                .put("last_step", finding.evidence().lastStep())
                .put("confidence", finding.evidence().confidence().id());
        ArrayNode advice = node.putArray("advice");
        finding.advice().forEach(action -> advice.add(action(action).put("snippet", action.snippet())));
        ArrayNode avoid = node.putArray("avoid");
        finding.avoid().forEach(action -> avoid.add(action(action)));
        ArrayNode log = node.putArray("log");
        for (Finding.LogLine line : finding.log()) {
            log.addObject()
                    .put("message", line.message())
                    .put("rank", line.rank())
                    .put("source", line.source())
                    .put("line", line.line() == 0 ? null : Long.valueOf(line.line()))
                    .put("text", line.text());
        }
        return node;
    }

    private static ObjectNode action(Advice advice) {
        return ReportJson.MAPPER
                .createObjectNode()
                .put("action", advice.action().id())
                .put("why", advice.why());
    }

    private FindingJson() {}
}
