package dev.gradwatch.collector.sink.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.gradwatch.collector.model.Language;
import dev.gradwatch.collector.words.Phrases;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A report's JSON in a reader's language. Reports are kept in English, those of jobs that are over too, so they are spoken when they are asked for. */
final class SpokenReport {
    private final Phrases phrases;

    private SpokenReport(Phrases phrases) {
        this.phrases = phrases;
    }

    /** @return the very bytes where the language is theirs */
    static byte[] in(Phrases phrases, byte[] report) {
        if (phrases.language() == Language.EN) {
            return report;
        }
        try {
            JsonNode tree = Json.MAPPER.readTree(report);
            new SpokenReport(phrases).speak(tree);
            return Json.bytes(tree);
        } catch (IOException e) {
            throw new IllegalStateException("a report is JSON that the collector wrote", e);
        }
    }

    private void speak(JsonNode report) {
        for (JsonNode finding : report.path("findings")) {
            speak(finding, "title");
            speak(finding, "detail");
            finding.path("advice").forEach(advice -> speak(advice, "why"));
            finding.path("avoid").forEach(advice -> speak(advice, "why"));
        }
        for (JsonNode model : report.path("models")) {
            if (model instanceof ObjectNode object) {
                List<JsonNode> notes = new ArrayList<>();
                model.path("notes").forEach(note -> notes.add(TextNode.valueOf(phrases.of(note.asText()))));
                object.putArray("notes").addAll(notes);
            }
        }
    }

    private void speak(JsonNode node, String member) {
        if (node instanceof ObjectNode object && node.path(member).isTextual()) {
            object.put(member, phrases.of(node.path(member).textValue()));
        }
    }
}
