package dev.gradwatch.collector.source.tcp;

import dev.gradwatch.collector.model.LogMessage;
import dev.gradwatch.collector.model.Severity;
import dev.gradwatch.wire.Limits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads a Message's JSON. */
final class MessageReader {
    private final JsonReader json;
    private final String node;

    private MessageReader(JsonReader json, String node) {
        this.json = json;
        this.node = node;
    }

    /** What a text has been read of. */
    record Read(String source, long lines) {}

    record Messages(List<LogMessage> messages, List<Read> read) {}

    /** @param node whose the texts are: their names are read with it, since each node may have one of the same name */
    static Messages read(JsonReader json, String node) throws IOException {
        return new MessageReader(json, node).all();
    }

    private Messages all() throws IOException {
        List<LogMessage> messages = new ArrayList<>();
        List<Read> read = new ArrayList<>();
        json.object("Message");
        for (String member = json.member(); member != null; member = json.member()) {
            if (json.isNull()) {
                continue;
            }
            switch (member) {
                case "messages" -> {
                    json.array(member);
                    while (json.element()) {
                        json.room(member, messages.size(), Limits.MAX_MESSAGES);
                        messages.add(message());
                    }
                }
                case "read" -> {
                    json.array(member);
                    while (json.element()) {
                        json.room(member, read.size(), Limits.MAX_MESSAGES);
                        read.add(read());
                    }
                }
                default -> json.skip();
            }
        }
        return new Messages(messages, read);
    }

    private LogMessage message() throws IOException {
        String id = null;
        Severity severity = null;
        String source = null;
        Long line = null;
        long endLine = 0;
        Integer rank = null;
        int attempt = 0;
        Map<String, Object> fields = Map.of();
        String text = "";
        LogMessage.Guide guide = LogMessage.Guide.NONE;
        json.object("messages");
        for (String member = json.member(); member != null; member = json.member()) {
            if (json.isNull()) {
                continue;
            }
            switch (member) {
                case "id" -> id = json.name(member);
                case "severity" -> severity = severity(json.name(member));
                case "source" -> source = json.name(member);
                case "line" -> line = json.count(member);
                case "end_line" -> endLine = json.count(member);
                case "rank" -> rank = json.integer(member, 0, Limits.MAX_RANKS - 1);
                case "attempt" -> attempt = json.integer(member, 0, Integer.MAX_VALUE);
                case "fields" -> fields = new FieldReader(json).fields();
                case "text" -> text = cut(json.text(member, Limits.MAX_TEXT_BYTES));
                case "guide" -> guide = guide();
                default -> json.skip();
            }
        }
        long first = json.required("line", line);
        return new LogMessage(
                json.required("id", id),
                json.required("severity", severity),
                of(json.required("source", source)),
                first,
                Math.max(first, endLine),
                rank,
                attempt,
                fields,
                text,
                guide);
    }

    private Severity severity(String id) {
        for (Severity severity : Severity.values()) {
            if (severity.id().equals(id)) {
                return severity;
            }
        }
        throw json.malformed("severity: " + id + " (expected: info, warning, error or critical)");
    }

    private LogMessage.Guide guide() throws IOException {
        String means = "";
        String fix = "";
        String trap = "";
        json.object("guide");
        for (String member = json.member(); member != null; member = json.member()) {
            if (json.isNull()) {
                continue;
            }
            switch (member) {
                case "means" -> means = json.text(member, Limits.MAX_TEXT_BYTES);
                case "fix" -> fix = json.text(member, Limits.MAX_TEXT_BYTES);
                case "trap" -> trap = json.text(member, Limits.MAX_TEXT_BYTES);
                default -> json.skip();
            }
        }
        return new LogMessage.Guide(means, fix, trap);
    }

    private Read read() throws IOException {
        String source = null;
        long lines = 0;
        json.object("read");
        for (String member = json.member(); member != null; member = json.member()) {
            if (json.isNull()) {
                continue;
            }
            switch (member) {
                case "source" -> source = json.name(member);
                case "lines" -> lines = json.count(member);
                default -> json.skip();
            }
        }
        return new Read(of(json.required("source", source)), lines);
    }

    private String of(String source) {
        return node + ":" + source;
    }

    private static String cut(String text) {
        return text.length() <= LogMessage.MAX_TEXT_CHARS ? text : text.substring(0, LogMessage.MAX_TEXT_CHARS);
    }
}
