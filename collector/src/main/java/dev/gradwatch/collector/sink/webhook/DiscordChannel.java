package dev.gradwatch.collector.sink.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;

/** A webhook of Discord: one embed, and nobody may be mentioned. Discord says what it calls the message, so that later steps change it. */
final class DiscordChannel implements Channel {
    private static final int TITLE_CHARS = 256;
    private static final int DESCRIPTION_CHARS = 4_096;
    private static final int UNKNOWN_MESSAGE = 10_008;
    private static final Markdown MARKDOWN = new Markdown(Escapes::discord, "\n", true);

    @Override
    public Call call(Message message, Webhook webhook, String earlier, long nowMicros) {
        Call call = Call.post(
                Call.withQuery(webhook.url(), "wait=true"),
                payload(message, Cut.fit(message, MARKDOWN::body, String::length, DESCRIPTION_CHARS)));
        return earlier.matches("\\d+") ? call.with("PATCH", messageUrl(webhook.url(), earlier)) : call;
    }

    private static URI messageUrl(URI url, String id) {
        String text = url.toString();
        String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
        String path = text.substring(0, text.length() - query.length());
        return URI.create((path.endsWith("/") ? path : path + "/") + "messages/" + id + query);
    }

    private static ObjectNode payload(Message message, String description) {
        ObjectNode embed = Json.object()
                .put("title", title(message))
                .put("url", message.link())
                .put("description", Cut.chars(description, DESCRIPTION_CHARS))
                .put("color", Look.rgb(message));
        embed.putObject("footer").put("text", "Gradwatch · " + message.linkWords());
        ObjectNode payload = Json.object();
        payload.set("embeds", Json.array(embed));
        payload.putObject("allowed_mentions").putArray("parse");
        return payload;
    }

    private static String title(Message message) {
        return Look.sign(message) + " " + Escapes.cut(message.headline(), TITLE_CHARS - 4, Escapes::discord);
    }

    @Override
    public Outcome read(Answer answer) {
        JsonNode json = answer.json();
        if (answer.ok()) {
            return Outcome.delivered(json.path("id").asText(""));
        }
        String words = json.path("message").asText("");
        if (answer.status() == 404 && json.path("code").asInt() == UNKNOWN_MESSAGE) {
            return Outcome.gone("HTTP 404: " + words);
        }
        Outcome failure = answer.failure(words);
        double seconds = json.path("retry_after").asDouble(0);
        return failure.result() == Outcome.Result.LIMITED
                ? Outcome.limited(Math.max(failure.waitMillis(), (long) Math.ceil(seconds * 1_000)), failure.reason())
                : failure;
    }

    @Override
    public Rate rate() {
        return Rate.of(5, 2_000).and(30, 60_000);
    }

    @Override
    public Follow follow() {
        return Follow.EDIT;
    }
}
