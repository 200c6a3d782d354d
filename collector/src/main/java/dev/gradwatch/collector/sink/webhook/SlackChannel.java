package dev.gradwatch.collector.sink.webhook;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gradwatch.collector.sink.webhook.Message.Section;

/**
 * An incoming webhook of Slack: a header and a block of rich text, whose texts Slack shows as they are, so that no name can be markup or a mention.
 * Such a webhook does not say what it posted, so nothing can be changed or answered later.
 */
final class SlackChannel implements Channel {
    private static final int HEADER_CHARS = 150;
    private static final int TEXT_CHARS = 3_000;
    private static final int MAX_BYTES = 12_000;

    @Override
    public Call call(Message message, Webhook webhook, String earlier, long nowMicros) {
        return Call.post(webhook.url(), Cut.fit(message, SlackChannel::payload, Json::bytes, MAX_BYTES));
    }

    private static ObjectNode payload(Message message) {
        String headline = Look.sign(message) + " " + message.headline();
        ArrayNode elements = Json.array();
        if (headline.length() > HEADER_CHARS) {
            elements.add(part(text(message.headline(), false)));
        }
        if (!message.detail().isEmpty()) {
            elements.add(part(text(message.detail(), false)));
        }
        ChatWords words = new ChatWords(message.language());
        message.sections().forEach(section -> add(elements, section, words));
        elements.add(part(
                Json.object().put("type", "link").put("url", message.link()).put("text", message.linkWords())));
        ObjectNode header = Json.object().put("type", "header");
        header.putObject("text")
                .put("type", "plain_text")
                .put("text", Cut.chars(headline, HEADER_CHARS))
                .put("emoji", false);
        ObjectNode rich = Json.object().put("type", "rich_text");
        rich.set("elements", elements);
        // What a phone's notification shows; it is the one text here that knows markup.
        ObjectNode payload = Json.object().put("text", Escapes.cut(headline, TEXT_CHARS, Escapes::entities));
        payload.set("blocks", Json.array(header, rich));
        return payload.put("unfurl_links", false);
    }

    private static void add(ArrayNode elements, Section section, ChatWords words) {
        if (!section.label().isEmpty() && section.text().isEmpty()) {
            elements.add(part(text(section.label(), true)));
        } else if (!section.text().isEmpty()) {
            elements.add(part(text(section.label() + words.colon(), true), text(section.text(), false)));
        }
        ArrayNode items = Json.array();
        section.lines().stream().filter(line -> !line.isEmpty()).forEach(line -> items.add(part(text(line, false))));
        if (section.more() > 0) {
            items.add(part(text(words.more(section.more()), false)));
        }
        if (!items.isEmpty()) {
            ObjectNode list = Json.object().put("type", "rich_text_list").put("style", "bullet");
            list.set("elements", items);
            elements.add(list);
        }
        if (!section.code().isEmpty()) {
            ObjectNode code = Json.object().put("type", "rich_text_preformatted");
            code.set("elements", Json.array(text(section.code(), false)));
            elements.add(code);
        }
    }

    private static ObjectNode part(ObjectNode... texts) {
        ObjectNode part = Json.object().put("type", "rich_text_section");
        part.set("elements", Json.array(texts));
        return part;
    }

    private static ObjectNode text(String text, boolean bold) {
        ObjectNode node = Json.object().put("type", "text").put("text", Cut.chars(text, TEXT_CHARS));
        if (bold) {
            node.putObject("style").put("bold", true);
        }
        return node;
    }

    @Override
    public Outcome read(Answer answer) {
        if (!answer.ok()) {
            return answer.failure(answer.body());
        }
        return answer.body().strip().equals("ok") ? Outcome.delivered("") : Outcome.refused(answer.body());
    }

    @Override
    public Rate rate() {
        return Rate.of(1, 1_000);
    }
}
