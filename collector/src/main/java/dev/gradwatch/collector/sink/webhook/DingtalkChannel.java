package dev.gradwatch.collector.sink.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * A custom robot of DingTalk: Markdown. A robot that lets in by keyword may be given the word Gradwatch, which each message holds; one that lets in by
 * signature has a secret.
 */
final class DingtalkChannel implements Channel {
    private static final int MAX_BYTES = 19_000;
    private static final int TITLE_CHARS = 100;
    /** Who sends too much is not listened to for so long. */
    private static final long BLOCKED_MILLIS = 600_000;

    private static final Markdown MARKDOWN = new Markdown(Lookalikes::plain, "\n\n", false);

    @Override
    public Call call(Message message, Webhook webhook, String earlier, long nowMicros) {
        ObjectNode payload = Cut.fit(message, DingtalkChannel::payload, Json::bytes, MAX_BYTES);
        return Call.post(signed(webhook, nowMicros / 1_000), payload);
    }

    private static URI signed(Webhook webhook, long millis) {
        if (webhook.secret().isEmpty()) {
            return webhook.url();
        }
        byte[] text = (millis + "\n" + webhook.secret()).getBytes(StandardCharsets.UTF_8);
        String sign = Base64.getEncoder().encodeToString(Signature.hmac(webhook.secret(), text));
        return Call.withQuery(
                webhook.url(), "timestamp=" + millis + "&sign=" + URLEncoder.encode(sign, StandardCharsets.UTF_8));
    }

    private static ObjectNode payload(Message message) {
        String headline = Look.sign(message) + " " + Lookalikes.plain(message.headline());
        ObjectNode payload = Json.object().put("msgtype", "markdown");
        payload.putObject("markdown")
                .put("title", Cut.chars("Gradwatch " + headline, TITLE_CHARS))
                .put(
                        "text",
                        "#### Gradwatch · " + headline + "\n\n" + MARKDOWN.body(message) + "\n\n[" + message.linkWords()
                                + "](" + message.link() + ")");
        payload.putObject("at").put("isAtAll", false);
        return payload;
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
            case 130_101, 130_102, 410_100 -> Outcome.limited(BLOCKED_MILLIS, reason);
            case -1 -> Outcome.later(0, reason);
            default -> Outcome.refused(reason);
        };
    }

    @Override
    public Rate rate() {
        return Rate.of(20, 60_000);
    }
}
