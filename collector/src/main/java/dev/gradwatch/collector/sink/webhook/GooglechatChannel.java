package dev.gradwatch.collector.sink.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gradwatch.collector.sink.webhook.Message.Section;

/** An incoming webhook of Google Chat: a card. All that is said of an alert is one thread, whose key is the alert's id. */
final class GooglechatChannel implements Channel {
    private static final int MAX_BYTES = 30_000;

    @Override
    public Call call(Message message, Webhook webhook, String earlier, long nowMicros) {
        ObjectNode payload = Cut.fit(message, GooglechatChannel::payload, Json::bytes, MAX_BYTES);
        if (message.alert().isEmpty()) {
            return Call.post(webhook.url(), payload);
        }
        payload.putObject("thread").put("threadKey", message.alert());
        return Call.post(
                Call.withQuery(webhook.url(), "messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD"), payload);
    }

    private static ObjectNode payload(Message message) {
        ObjectNode card = Json.object();
        card.putObject("header").put("title", Look.sign(message) + " " + message.headline());
        ArrayNode widgets = Json.array();
        if (!message.detail().isEmpty()) {
            widgets.add(paragraph(Escapes.entities(message.detail())));
        }
        ChatWords words = new ChatWords(message.language());
        message.sections().forEach(section -> add(widgets, section, words));
        ObjectNode button = Json.object().put("text", message.linkWords());
        button.putObject("onClick").putObject("openLink").put("url", message.link());
        widgets.addObject().putObject("buttonList").set("buttons", Json.array(button));
        ObjectNode section = Json.object();
        section.set("widgets", widgets);
        card.set("sections", Json.array(section));
        ObjectNode payload = Json.object().put("fallbackText", message.headline());
        ObjectNode identified = Json.object().put("cardId", "gradwatch");
        identified.set("card", card);
        payload.set("cardsV2", Json.array(identified));
        return payload;
    }

    private static void add(ArrayNode widgets, Section section, ChatWords words) {
        StringBuilder html = new StringBuilder();
        if (!section.label().isEmpty()) {
            html.append("<b>").append(Escapes.entities(section.label())).append("</b>");
        }
        if (!section.text().isEmpty()) {
            html.append(words.colon()).append(Escapes.entities(section.text()));
        }
        section.lines().forEach(line -> html.append("<br>• ").append(Escapes.entities(line)));
        if (section.more() > 0) {
            html.append("<br>• ").append(words.more(section.more()));
        }
        section.code()
                .lines()
                .filter(line -> !line.isBlank())
                .forEach(line -> html.append("<br><font face=\"monospace\">")
                        .append(Escapes.entities(line))
                        .append("</font>"));
        widgets.add(paragraph(html.toString().replaceFirst("^<br>", "")));
    }

    private static ObjectNode paragraph(String html) {
        ObjectNode widget = Json.object();
        widget.putObject("textParagraph").put("text", html);
        return widget;
    }

    @Override
    public Outcome read(Answer answer) {
        JsonNode json = answer.json();
        if (answer.ok()) {
            return Outcome.delivered(json.path("name").asText(""));
        }
        String words = json.path("error").path("message").asText("");
        boolean exhausted = json.path("error").path("status").asText("").equals("RESOURCE_EXHAUSTED");
        Outcome failure = answer.failure(words);
        return exhausted ? Outcome.limited(failure.waitMillis(), failure.reason()) : failure;
    }

    @Override
    public Rate rate() {
        return Rate.of(1, 1_000);
    }

    @Override
    public Follow follow() {
        return Follow.THREAD;
    }
}
