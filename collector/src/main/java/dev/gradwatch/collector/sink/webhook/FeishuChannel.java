package dev.gradwatch.collector.sink.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gradwatch.collector.sink.webhook.Message.Section;
import java.util.Base64;
import java.util.Locale;

/** A custom bot of Feishu or Lark: an interactive card whose texts are all plain, so that no name can mention anybody. */
final class FeishuChannel implements Channel {
    private static final int MAX_BYTES = 19_000;
    private static final int TOO_MANY = 11_232;

    @Override
    public Call call(Message message, Webhook webhook, String earlier, long nowMicros) {
        ObjectNode payload = Json.object();
        if (!webhook.secret().isEmpty()) {
            String timestamp = Long.toString(nowMicros / 1_000_000);
            payload.put("timestamp", timestamp).put("sign", sign(timestamp, webhook.secret()));
        }
        payload.put("msg_type", "interactive");
        payload.set("card", Cut.fit(message, FeishuChannel::card, Json::bytes, MAX_BYTES));
        return Call.post(webhook.url(), payload);
    }

    /** Feishu's own way: the time and the secret are the key, and nothing is what is signed. */
    private static String sign(String timestamp, String secret) {
        return Base64.getEncoder().encodeToString(Signature.hmac(timestamp + "\n" + secret, new byte[0]));
    }

    private static ObjectNode card(Message message) {
        ObjectNode card = Json.object();
        card.putObject("config").put("wide_screen_mode", true);
        ObjectNode header = card.putObject("header").put("template", template(message));
        header.set("title", plain(Look.sign(message) + " " + message.headline()));
        ArrayNode elements = card.putArray("elements");
        if (!message.detail().isEmpty()) {
            elements.add(div(message.detail()));
        }
        ChatWords words = new ChatWords(message.language());
        message.sections().forEach(section -> add(elements, section, words));
        ObjectNode button =
                Json.object().put("tag", "button").put("type", "primary").put("url", message.link());
        button.set("text", plain(message.linkWords()));
        elements.addObject().put("tag", "action").set("actions", Json.array(button));
        return card;
    }

    private static void add(ArrayNode elements, Section section, ChatWords words) {
        StringBuilder text = new StringBuilder(section.label());
        if (!section.text().isEmpty()) {
            text.append(words.colon()).append(section.text());
        }
        section.lines().forEach(line -> text.append("\n• ").append(line));
        if (section.more() > 0) {
            text.append("\n• ").append(words.more(section.more()));
        }
        if (!text.isEmpty()) {
            elements.add(div(text.toString().strip()));
        }
        if (!section.code().isEmpty()) {
            elements.add(div(section.code()));
        }
    }

    private static ObjectNode div(String text) {
        ObjectNode div = Json.object().put("tag", "div");
        div.set("text", plain(text));
        return div;
    }

    private static ObjectNode plain(String text) {
        return Json.object().put("tag", "plain_text").put("content", text);
    }

    private static String template(Message message) {
        if (message.over()) {
            return "green";
        }
        return switch (message.severity()) {
            case CRITICAL -> "carmine";
            case ERROR -> "red";
            case WARNING -> "orange";
            case INFO -> "blue";
        };
    }

    /** Success is a 200 whose {@code code}, or {@code StatusCode} of older bots, is 0. */
    @Override
    public Outcome read(Answer answer) {
        JsonNode json = answer.json();
        JsonNode code = json.has("code") ? json.path("code") : json.path("StatusCode");
        String words = json.path("msg").asText(json.path("StatusMessage").asText(""));
        if (!code.isInt()) {
            return answer.ok() ? Outcome.later(0, "an answer without a code") : answer.failure(words);
        }
        String reason = "code " + code.asInt() + ": " + words;
        boolean tooMany = words.toLowerCase(Locale.ROOT).contains("too many")
                || words.toLowerCase(Locale.ROOT).contains("frequency");
        if (code.asInt() == TOO_MANY || tooMany) {
            return Outcome.limited(0, reason);
        }
        if (!answer.ok()) {
            return answer.failure(reason);
        }
        return code.asInt() == 0 ? Outcome.delivered("") : Outcome.refused(reason);
    }

    @Override
    public Rate rate() {
        return Rate.of(5, 1_000).and(100, 60_000);
    }
}
