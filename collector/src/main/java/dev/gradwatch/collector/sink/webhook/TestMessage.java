package dev.gradwatch.collector.sink.webhook;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Advice;
import dev.gradwatch.collector.model.Alert;
import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.model.AlertState;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Confidence;
import dev.gradwatch.collector.model.Evidence;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Severity;
import dev.gradwatch.collector.words.Phrases;
import java.io.IOException;
import java.util.List;
import java.util.function.BiFunction;

/** Sends a sample to a webhook, so that a person sees it in the chat, or why not. Blocks for fifteen seconds at most; keeps nothing. */
public final class TestMessage {
    private static final int ANSWER_CHARS = 500;

    private final Links links;
    private final BiFunction<AlertEvent, Phrases, ObjectNode> asInApi;

    public TestMessage(Links links, BiFunction<AlertEvent, Phrases, ObjectNode> asInApi) {
        this.links = links;
        this.asInApi = asInApi;
    }

    /**
     * What came of it; without secrets.
     *
     * @param status of HTTP; 0 where there was no answer
     * @param answer the body's beginning
     * @param reason why the message did not arrive; empty where it did
     */
    public record Result(boolean delivered, int status, String answer, String reason) {}

    public Result send(Webhook webhook) throws InterruptedException {
        HttpPost post = new HttpPost(webhook.proxy(), HttpPost.CONNECT, HttpPost.WHOLE, Deliverer::nowMicros);
        Channel channel = webhook.kind().channel(asInApi);
        long now = Deliverer.nowMicros();
        Message message = new Telling(webhook.language(), links).sample(sample(now));
        try {
            Answer answer = post.send(channel.call(message, webhook, "", now));
            Outcome outcome = channel.read(answer);
            return new Result(
                    outcome.result() == Outcome.Result.DELIVERED,
                    answer.status(),
                    shown(answer.body(), webhook),
                    shown(outcome.reason(), webhook));
        } catch (IOException e) {
            return new Result(false, 0, "", shown(String.valueOf(e.getMessage()), webhook));
        }
    }

    private static String shown(String text, Webhook webhook) {
        return Cut.chars(Cut.line(Masking.scrub(text, webhook)), ANSWER_CHARS);
    }

    private static AlertEvent sample(long nowMicros) {
        Finding finding = new Finding(
                "output_not_in_loss/decoder.seg_layers.0",
                Cause.OUTPUT_NOT_IN_LOSS,
                Severity.INFO,
                0,
                "decoder.seg_layers.0 is computed and returned, but the loss never uses it",
                "",
                List.of("decoder.seg_layers.0.weight", "decoder.seg_layers.0.bias"),
                List.of("decoder.seg_layers.0"),
                List.of(0, 1),
                new Evidence(1, 0, 0, Confidence.HIGH),
                List.of(new Advice(
                        Action.USE_OR_DROP_OUTPUT,
                        "a head that the loss leaves out holds up the reduction of every step.",
                        "weights[-1] = 1e-6        # 0 leaves DDP waiting for a gradient that never comes")),
                List.of(new Advice(
                        Action.STATIC_GRAPH, "the third forward raises, because the output is returned.", null)),
                List.of());
        Alert alert = new Alert(
                "0000000000000000",
                "sample",
                "sample",
                AlertState.OPEN,
                finding,
                nowMicros,
                nowMicros,
                null,
                null,
                null,
                "",
                1,
                Alert.Since.FIRST_RUN);
        return new AlertEvent(nowMicros, AlertEvent.Kind.OPENED, alert);
    }
}
