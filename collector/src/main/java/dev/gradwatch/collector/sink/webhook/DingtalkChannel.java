package dev.gradwatch.collector.sink.webhook;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;

/**
 * A custom robot of DingTalk: Markdown. A robot that lets in by keyword may be given the word Gradwatch, which each message holds; one that lets in by
 * signature has a secret.
 */
final class DingtalkChannel implements Channel {
    private static final int MAX_BYTES = 19_000;
    private static final int TITLE_CHARS = 100;
    /** Who sends too much is not listened to for ten minutes. */
    private static final Errcode ERRCODE = new Errcode(Set.of(130_101, 130_102, 410_100), 600_000, Set.of(-1));

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
        return ERRCODE.read(answer);
    }

    @Override
    public Rate rate() {
        return Rate.of(20, 60_000);
    }
}
