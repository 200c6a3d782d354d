package dev.gradwatch.collector.sink.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.LogMessage;
import java.util.List;

/** What logs show, as JSON: {@code gradwatch.diagnosis/1}, and the list of messages that are known, {@code gradwatch.messages/1}. */
public final class DiagnosisJson {
    public static final String SCHEMA = "gradwatch.diagnosis/1";
    static final String LIST_SCHEMA = "gradwatch.messages/1";

    /** A message that is known, as its signature says it. */
    public record Known(
            String id, String severity, String text, String means, String fix, String trap, String versions) {}

    /**
     * Messages in the order of reading, and the findings, worst first.
     *
     * @param leftOut messages that were seen and are not in the list
     */
    public static String text(List<LogMessage> messages, long leftOut, JobReport report) {
        ObjectNode root = ReportJson.MAPPER.createObjectNode().put("schema", SCHEMA);
        ArrayNode list = root.putArray("messages");
        messages.forEach(message -> list.add(message(message)));
        root.put("messages_left_out", leftOut);
        ArrayNode findings = root.putArray("findings");
        report.findings().forEach(finding -> findings.add(FindingJson.tree(finding)));
        return write(root);
    }

    /** All that is known. */
    public static String list(List<Known> known) {
        ObjectNode root = ReportJson.MAPPER.createObjectNode().put("schema", LIST_SCHEMA);
        ArrayNode list = root.putArray("messages");
        for (Known each : known) {
            list.addObject()
                    .put("id", each.id())
                    .put("severity", each.severity())
                    .put("text", each.text())
                    .put("means", each.means())
                    .put("fix", each.fix())
                    .put("trap", each.trap())
                    .put("versions", each.versions());
        }
        return write(root);
    }

    private static ObjectNode message(LogMessage message) {
        ObjectNode node = ReportJson.MAPPER
                .createObjectNode()
                .put("id", message.id())
                .put("severity", message.severity().id())
                .put("source", message.source())
                .put("line", message.line())
                .put("end_line", message.endLine())
                .put("rank", message.rank());
        node.set("fields", ReportJson.MAPPER.valueToTree(message.fields()));
        return node.put("text", message.text());
    }

    private static String write(ObjectNode root) {
        try {
            return ReportJson.WRITER.writeValueAsString(root) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain nodes can always be written", e);
        }
    }

    private DiagnosisJson() {}
}
