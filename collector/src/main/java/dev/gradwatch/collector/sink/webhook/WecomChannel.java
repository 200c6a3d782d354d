package dev.gradwatch.collector.sink.webhook;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;

/** A group robot of WeCom: Markdown of at most 4,096 bytes, a third as many characters in Chinese. */
final class WecomChannel implements Channel {
    private static final int MAX_BYTES = 4_096;
    private static final Errcode ERRCODE = new Errcode(Set.of(45_009), 60_000, Set.of(-1, 45_033));
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
        return ERRCODE.read(answer);
    }

    @Override
    public Rate rate() {
        return Rate.of(20, 60_000);
    }
}
