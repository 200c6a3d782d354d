package dev.gradwatch.collector.sink.webhook;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gradwatch.collector.sink.webhook.Message.Section;
import java.util.Locale;

/**
 * A workflow of Microsoft Teams that posts what its webhook receives: a message with one adaptive card. All texts are text runs, which know no markup. The
 * workflow answers before it posts, so that the server's answer says no more than that it was taken.
 */
final class TeamsChannel implements Channel {
    /** The limit is 28 KB; what the workflow adds around the card counts too. */
    private static final int MAX_BYTES = 24_000;

    @Override
    public Call call(Message message, Webhook webhook, String earlier, long nowMicros) {
        return Call.post(webhook.url(), Cut.fit(message, TeamsChannel::payload, Json::bytes, MAX_BYTES));
    }

    private static ObjectNode payload(Message message) {
        ObjectNode attachment = Json.object()
                .put("contentType", "application/vnd.microsoft.card.adaptive")
                .putNull("contentUrl");
        attachment.set("content", card(message));
        ObjectNode payload = Json.object().put("type", "message");
        payload.set("attachments", Json.array(attachment));
        return payload;
    }

    private static ObjectNode card(Message message) {
        ArrayNode body = Json.array();
        body.add(block(
                "default",
                run(Look.sign(message) + " " + message.headline())
                        .put("weight", "Bolder")
                        .put("size", "Medium")
                        .put("color", color(message))));
        if (!message.detail().isEmpty()) {
            body.add(block("small", run(message.detail())));
        }
        ChatWords words = new ChatWords(message.language());
        message.sections().forEach(section -> add(body, section, words));
        ObjectNode card = Json.object()
                .put("$schema", "http://adaptivecards.io/schemas/adaptive-card.json")
                .put("type", "AdaptiveCard")
                .put("version", "1.4")
                .put("fallbackText", message.headline());
        card.set("body", body);
        card.set(
                "actions",
                Json.array(Json.object()
                        .put("type", "Action.OpenUrl")
                        .put("title", message.linkWords())
                        .put("url", message.link())));
        card.putObject("msteams").put("width", "Full");
        return card;
    }

    private static void add(ArrayNode body, Section section, ChatWords words) {
        if (!section.text().isEmpty()) {
            body.add(block("small", run(section.label() + words.colon()).put("weight", "Bolder"), run(section.text())));
        } else if (!section.label().isEmpty()) {
            body.add(block("small", run(section.label()).put("weight", "Bolder")));
        }
        section.lines().forEach(line -> body.add(block("none", run("• " + line))));
        if (section.more() > 0) {
            body.add(block("none", run("• " + words.more(section.more()))));
        }
        section.code()
                .lines()
                .filter(line -> !line.isBlank())
                .forEach(line -> body.add(block("none", run(line).put("fontType", "Monospace"))));
    }

    private static ObjectNode block(String spacing, ObjectNode... runs) {
        ObjectNode block = Json.object().put("type", "RichTextBlock").put("spacing", spacing);
        block.set("inlines", Json.array(runs));
        return block;
    }

    private static ObjectNode run(String text) {
        return Json.object().put("type", "TextRun").put("text", text);
    }

    private static String color(Message message) {
        if (message.over()) {
            return "Good";
        }
        return switch (message.severity()) {
            case CRITICAL, ERROR -> "Attention";
            case WARNING -> "Warning";
            case INFO -> "Accent";
        };
    }

    /** The older connectors, which some tenants still have, say what went wrong in the text of a 200. */
    @Override
    public Outcome read(Answer answer) {
        if (!answer.ok()) {
            return answer.failure(answer.json().path("error").path("message").asText(""));
        }
        String text = answer.body().toLowerCase(Locale.ROOT);
        if (text.contains("error 429")) {
            return Outcome.limited(0, answer.body());
        }
        return text.contains("delivery failed") ? Outcome.refused(answer.body()) : Outcome.delivered("");
    }

    @Override
    public Rate rate() {
        return Rate.of(4, 1_000);
    }
}
