package dev.gradwatch.collector.sink.webhook;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** An incoming webhook of Mattermost: one attachment. */
final class MattermostChannel implements Channel {
    private static final int MAX_CHARS = 16_383;
    private static final int TITLE_CHARS = 1_000;
    private static final Markdown MARKDOWN = new Markdown(Escapes::mattermost, "\n\n", true);

    @Override
    public Call call(Message message, Webhook webhook, String earlier, long nowMicros) {
        return Call.post(
                webhook.url(),
                Cut.fit(
                        message,
                        MattermostChannel::payload,
                        payload -> payload.toString().length(),
                        MAX_CHARS));
    }

    private static ObjectNode payload(Message message) {
        String title = Look.sign(message) + " " + Escapes.cut(message.headline(), TITLE_CHARS, Escapes::mattermost);
        ObjectNode attachment = Json.object()
                .put("fallback", title)
                .put("color", "#%06X".formatted(Look.rgb(message)))
                .put("title", title)
                .put("title_link", message.link())
                .put("text", MARKDOWN.body(message))
                .put("footer", "Gradwatch · " + message.linkWords());
        ObjectNode payload = Json.object();
        payload.set("attachments", Json.array(attachment));
        return payload;
    }

    @Override
    public Outcome read(Answer answer) {
        return answer.ok()
                ? Outcome.delivered("")
                : answer.failure(answer.json().path("message").asText(""));
    }

    @Override
    public Rate rate() {
        return Rate.of(10, 1_000);
    }
}
