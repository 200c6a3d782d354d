package dev.gradwatch.collector.sink.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.model.Severity;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** 10,000 alerts in ten minutes to five channels, one of which is dead for an hour; in simulated time. */
class ManyAlertsTest {
    private static final int ALERTS = 10_000;
    private static final long MINUTE = 60_000_000;

    @Test
    void allArriveWithinTheRates_andTheDeadOneCatchesUp() {
        FakeOutbox outbox = new FakeOutbox();
        List<SimulatedChannel> channels = new ArrayList<>();
        for (Kind kind : List.of(Kind.SLACK, Kind.MATTERMOST, Kind.TEAMS, Kind.GENERIC, Kind.WECOM)) {
            channels.add(new SimulatedChannel(
                    Webhook.of(kind.id(), kind, URI.create("https://chat.example.org/hook"), ""), outbox));
        }
        SimulatedChannel dead = channels.get(4);
        dead.server = call -> {
            throw new IOException("connection refused, or the host is not known");
        };
        int held = 0;
        for (int i = 0; i < ALERTS; i++) {
            long micros = Events.START + (i + 1) * 10 * MINUTE / ALERTS;
            outbox.add(
                    Events.event("%016x".formatted(i), AlertEvent.Kind.OPENED, micros, Severity.ERROR, "alert " + i));
            if (i % 100 == 99) {
                channels.forEach(channel -> channel.until(micros));
                held = Math.max(held, dead.state().waiting());
            }
        }
        long end = Events.START + 12 * MINUTE;
        channels.forEach(channel -> channel.until(end));
        for (SimulatedChannel channel : channels.subList(0, 4)) {
            assertThat(channel.state().waiting()).as("%s", channel.webhook).isZero();
            assertThat(told(channel)).as("%s", channel.webhook).isEqualTo(ALERTS);
            assertThat(channel.taken).hasSizeLessThan(80);
        }
        assertThat(dead.taken).isEmpty();
        assertThat(held).isEqualTo(ALERTS);
        assertThat(outbox.largestPage()).isLessThanOrEqualTo(Backlog.PAGE);

        dead.server = call -> new Answer(200, "", "{\"errcode\":0}", 0);
        dead.until(end + 6 * MINUTE);
        assertThat(told(dead)).isEqualTo(ALERTS);
        assertThat(dead.taken).hasSize(1);
        channels.forEach(ManyAlertsTest::checkRate);
    }

    /** What does not fit into memory stays in the outbox, and follows. */
    @Test
    void backlogPastTheBound_isToldInSeveralDigests() {
        FakeOutbox outbox = new FakeOutbox();
        SimulatedChannel channel = new SimulatedChannel(
                Webhook.of("team", Kind.SLACK, URI.create("https://chat.example.org/hook"), ""), outbox);
        int alerts = 2 * Backlog.MAX_ALERTS + 500;
        for (int i = 0; i < alerts; i++) {
            outbox.add(Events.event(
                    "%016x".formatted(i), AlertEvent.Kind.OPENED, Events.START + i + 1, Severity.INFO, "alert " + i));
        }
        channel.turn();
        assertThat(channel.state().waiting()).isLessThan(Backlog.MAX_ALERTS + Backlog.PAGE);
        channel.untilIdle();
        assertThat(told(channel)).isEqualTo(alerts);
        assertThat(channel.taken).hasSize(3);
    }

    private static int told(SimulatedChannel channel) {
        return channel.taken.stream()
                .map(sent -> sent.json().toString())
                .mapToInt(text -> text.contains(" alerts: ")
                        ? Integer.parseInt(text.replaceAll("(?s).*?(\\d+) alerts: .*", "$1"))
                        : 1)
                .sum();
    }

    private static void checkRate(SimulatedChannel channel) {
        Rate rate = channel.webhook
                .kind()
                .channel((event, phrases) -> Json.object())
                .rate();
        for (Rate.Window window : rate.windows()) {
            for (int i = window.sends(); i < channel.attempts.size(); i++) {
                long apart = channel.attempts.get(i).micros()
                        - channel.attempts.get(i - window.sends()).micros();
                assertThat(apart).isGreaterThanOrEqualTo(1_000 * window.millis());
            }
        }
    }
}
