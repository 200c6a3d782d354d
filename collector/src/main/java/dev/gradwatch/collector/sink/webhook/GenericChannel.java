package dev.gradwatch.collector.sink.webhook;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.model.Severity;
import dev.gradwatch.collector.sink.webhook.Message.Tally;
import dev.gradwatch.collector.words.Phrases;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * Any program that takes JSON: the event as the API's stream tells it, or a digest's counts with the first of its events. A key stands for the message, so
 * that a receiver can tell one that is sent again, and a signature over the body shows whom it is from.
 */
final class GenericChannel implements Channel {
    static final int MAX_BYTES = 262_144;

    /** Members of an alert that grow with the model; who needs them asks the API for the alert. */
    private static final List<String> LONG = List.of("parameters", "modules", "log", "advice", "avoid");

    private final BiFunction<AlertEvent, Phrases, ObjectNode> asInApi;

    GenericChannel(BiFunction<AlertEvent, Phrases, ObjectNode> asInApi) {
        this.asInApi = asInApi;
    }

    @Override
    public Call call(Message message, Webhook webhook, String earlier, long nowMicros) {
        byte[] body = body(message, Phrases.in(message.language()));
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Idempotency-Key", message.key());
        if (!webhook.secret().isEmpty()) {
            headers.put(
                    "X-Gradwatch-Signature",
                    "sha256=" + HexFormat.of().formatHex(Signature.hmac(webhook.secret(), body)));
        }
        return new Call("POST", webhook.url(), headers, body);
    }

    private byte[] body(Message message, Phrases phrases) {
        ObjectNode payload = payload(message, phrases);
        byte[] body = payload.toString().getBytes(StandardCharsets.UTF_8);
        return body.length <= MAX_BYTES ? body : brief(payload).toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Says what it left out. */
    private static ObjectNode brief(ObjectNode event) {
        if (event.path("alert") instanceof ObjectNode alert) {
            alert.remove(LONG);
            LONG.forEach(alert.putArray("left_out")::add);
        }
        return event;
    }

    private ObjectNode payload(Message message, Phrases phrases) {
        AlertEvent event = message.source().event();
        Tally tally = message.source().tally();
        ObjectNode payload =
                event != null ? asInApi.apply(event, phrases) : Json.object().put("kind", "digest");
        payload.put("text", message.headline()).put("link", message.link());
        if (tally != null) {
            ObjectNode counts = payload.put("alerts", tally.alerts()).putObject("open");
            for (Severity severity : Severity.values()) {
                counts.put(severity.id(), tally.open().getOrDefault(severity, 0));
            }
            payload.put("resolved", tally.resolved()).put("came_and_went", tally.cameAndWent());
            ArrayNode first = payload.putArray("first");
            int left = MAX_BYTES / 2;
            for (AlertEvent one : message.source().first()) {
                ObjectNode brief = brief(asInApi.apply(one, phrases));
                left -= Json.bytes(brief);
                if (left >= 0) {
                    first.add(brief);
                }
            }
        }
        return payload;
    }

    @Override
    public Outcome read(Answer answer) {
        return answer.ok() ? Outcome.delivered("") : answer.failure("");
    }

    @Override
    public Rate rate() {
        return Rate.NONE;
    }
}
