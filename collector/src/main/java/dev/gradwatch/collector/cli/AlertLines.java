package dev.gradwatch.collector.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gradwatch.collector.model.Severity;
import dev.gradwatch.collector.sink.terminal.AlertPrinter;
import dev.gradwatch.collector.sink.terminal.Terminal;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;

/** The API's alerts as lines for a person. */
final class AlertLines {
    static void print(JsonNode alerts, Terminal terminal, PrintWriter out) {
        Instant now = InstantSource.system().instant();
        List<AlertPrinter.Line> lines = new ArrayList<>();
        for (JsonNode alert : alerts) {
            lines.add(line(alert, now));
        }
        out.print(new AlertPrinter(terminal).list(lines));
    }

    static AlertPrinter.Line line(JsonNode alert, Instant now) {
        return new AlertPrinter.Line(
                alert.path("id").asText(),
                severity(alert.path("severity").asText()),
                state(alert, now),
                alert.path("job").asText(),
                alert.path("title").asText(),
                age(alert, now) + since(alert.path("since").asText()),
                fix(alert.path("advice").path(0)));
    }

    private static Severity severity(String id) {
        for (Severity severity : Severity.values()) {
            if (severity.id().equals(id)) {
                return severity;
            }
        }
        return Severity.INFO;
    }

    private static String state(JsonNode alert, Instant now) {
        String state = alert.path("state").asText();
        String by = alert.path("acknowledged_by").asText("");
        if (state.equals("acknowledged") && !by.isEmpty()) {
            return "acknowledged by " + by;
        }
        return state.equals("muted")
                ? "muted for " + length(now, instant(alert.path("muted_until").asText(), now))
                : state;
    }

    private static String since(String since) {
        return switch (since) {
            case "still_there" -> ", was there in the last run too";
            case "new" -> ", was not there in the last run";
            default -> "";
        };
    }

    private static String age(JsonNode alert, Instant now) {
        String length = length(instant(alert.path("opened").asText(), now), now);
        return alert.path("state").asText().equals("resolved") ? "opened " + length + " ago" : "for " + length;
    }

    private static Instant instant(String time, Instant otherwise) {
        try {
            return Instant.parse(time);
        } catch (DateTimeParseException e) {
            return otherwise;
        }
    }

    private static String length(Instant from, Instant to) {
        Duration length = Duration.between(from, to);
        if (length.toDays() > 1) {
            return length.toDays() + " days";
        }
        if (length.toHours() > 0) {
            return length.toHours() + " h";
        }
        return length.toMinutes() > 0 ? length.toMinutes() + " min" : Math.max(0, length.toSeconds()) + " s";
    }

    private static String fix(JsonNode advice) {
        String snippet = advice.path("snippet").asText("");
        return snippet.isEmpty()
                ? advice.path("why").asText("")
                : snippet.lines().findFirst().orElse("");
    }

    private AlertLines() {}
}
