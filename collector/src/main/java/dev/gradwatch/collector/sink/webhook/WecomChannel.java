package dev.gradwatch.collector.sink.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** A group robot of WeCom: Markdown of at most 4,096 bytes, a third as many characters in Chinese. */
final class WecomChannel implements Channel {
    private static final int MAX_BYTES = 4_096;
    private static final Markdown MARKDOWN = new Markdown(Lookalikes::plain, "\n", false);

    @Override
    public Call call(Message message, Webhook webhook, String earlier, long nowMicros) {
        ObjectNode payload = Json.object().put("msgtype", "markdown");
        payload.putObject("markdown").put("content", Cut.fit(message, WecomChannel::content, Cut::bytes, MAX_BYTES));
        return Call.post(webhook.url(), payload);
    }

    private static String content(Message message) {
        return "### " + Look.sign(message) + " " + Lookalikes.plain(message.headline()) + "\n" + MARKDOWN.body(message)
                + "\n[" + message.linkWords() + "](" + message.link() + ")";
    }

    @Override
    public Outcome read(Answer answer) {
        JsonNode json = answer.json();
        JsonNode code = json.path("errcode");
        if (!answer.ok()) {
            return answer.failure(json.path("errmsg").asText(""));
        }
        if (!code.isInt()) {
            return Outcome.later(0, "an answer without an errcode");
        }
        String reason = "errcode " + code.asInt() + ": " + json.path("errmsg").asText("");
        return switch (code.asInt()) {
            case 0 -> Outcome.delivered("");
            case 45_009 -> Outcome.limited(60_000, reason);
            case -1, 45_033 -> Outcome.later(0, reason);
            default -> Outcome.refused(reason);
        };
    }

    @Override
    public Rate rate() {
        return Rate.of(20, 60_000);
    }
}
