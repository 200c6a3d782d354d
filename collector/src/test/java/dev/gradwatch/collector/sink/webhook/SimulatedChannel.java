package dev.gradwatch.collector.sink.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.gradwatch.collector.sink.http.AlertJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** One channel's deliveries in a time that passes only where the test says so, to a server that answers as the test says. */
final class SimulatedChannel {
    /** Answers, or throws as a network does. */
    interface Server {
        Answer answer(Call call) throws IOException;
    }

    record Sent(long micros, Call call) {
        JsonNode json() {
            try {
                return new JsonMapper().readTree(call.body());
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        String text() {
            return json().path("text").asText();
        }
    }

    final Webhook webhook;
    final FakeOutbox outbox;
    final List<Sent> attempts = new ArrayList<>();
    final List<Sent> taken = new ArrayList<>();
    Server server = call -> new Answer(200, "", "ok", 0);
    long now;
    private Delivery delivery;

    SimulatedChannel(Webhook webhook, FakeOutbox outbox) {
        this(webhook, outbox, Events.START);
    }

    SimulatedChannel(Webhook webhook, FakeOutbox outbox, long now) {
        this.webhook = webhook;
        this.outbox = outbox;
        this.now = now;
        restart();
    }

    /** As after a crash: all that is left is what the outbox holds. */
    void restart() {
        delivery = new Delivery(
                webhook,
                webhook.kind().channel(AlertJson::event),
                new Telling(webhook.language(), PayloadTest.LINKS),
                outbox,
                this::send,
                () -> now,
                () -> 1.0);
    }

    private Answer send(Call call) throws IOException {
        Sent sent = new Sent(now, call);
        attempts.add(sent);
        Answer answer = server.answer(call);
        if (answer.ok()) {
            taken.add(sent);
        }
        return answer;
    }

    /** Lets it do all that it does until then. */
    void until(long micros) {
        while (true) {
            long next = turn();
            if (next > micros) {
                now = micros;
                return;
            }
            now = Math.max(now, next);
        }
    }

    void untilIdle() {
        for (long next = turn(); next != Delivery.IDLE; next = turn()) {
            now = Math.max(now, next);
        }
    }

    long turn() {
        try {
            return delivery.turn();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    ChannelState state() {
        return delivery.state();
    }

    List<String> texts() {
        return taken.stream().map(Sent::text).toList();
    }
}
