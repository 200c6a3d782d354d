package dev.gradwatch.collector.sink.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.model.Severity;
import dev.gradwatch.collector.sink.http.AlertJson;
import dev.gradwatch.collector.sink.webhook.ChatServer.Received;
import dev.gradwatch.collector.sink.webhook.ChatServer.Reply;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Threads, sockets and time as they are. */
class DelivererTest {
    private final FakeOutbox outbox = new FakeOutbox();

    @ParameterizedTest
    @EnumSource(Kind.class)
    void everyChannel_arrivesAsItsVendorDemands(Kind kind) throws Exception {
        try (ChatServer server = new ChatServer(request -> ok(kind));
                Deliverer deliverer = deliverer()) {
            Webhook webhook = Webhook.of("team", kind, server.url("/hook/T0?key=K1"), PayloadTest.secret(kind));
            deliverer.configure(List.of(webhook));
            begun(deliverer);
            outbox.add(Events.deadHead(AlertEvent.Kind.OPENED, Deliverer.nowMicros()));
            deliverer.wake();
            Received received = server.arrived().poll(10, TimeUnit.SECONDS);
            assertThat(received).isNotNull();
            VendorRules.check(kind, received, PayloadTest.secret(kind), Deliverer.nowMicros());
            await().untilAsserted(
                            () -> assertThat(deliverer.state().get(0).sent()).isEqualTo(1));
            assertThat(deliverer.state().get(0).url()).isEqualTo("http://127.0.0.1:" + server.port() + "/…");
        }
    }

    @Test
    void silentServer_delaysNoOther() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                ChatServer server = new ChatServer(request -> ok(Kind.SLACK));
                Deliverer deliverer = deliverer()) {
            URI nowhere = URI.create("http://127.0.0.1:" + silent.getLocalPort() + "/hook");
            deliverer.configure(List.of(
                    Webhook.of("silent", Kind.SLACK, nowhere, ""),
                    Webhook.of("well", Kind.SLACK, server.url("/hook"), "")));
            begun(deliverer);
            for (int i = 0; i < 3; i++) {
                outbox.add(Events.event(
                        "a" + i, AlertEvent.Kind.OPENED, Deliverer.nowMicros() + i, Severity.ERROR, "alert " + i));
            }
            deliverer.wake();
            for (int i = 0; i < 3; i++) {
                assertThat(server.arrived().poll(10, TimeUnit.SECONDS)).isNotNull();
            }
            assertThat(deliverer.state())
                    .extracting(ChannelState::name, ChannelState::waiting)
                    .contains(org.assertj.core.groups.Tuple.tuple("silent", 3));
            long before = System.nanoTime();
            deliverer.close();
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(3));
        }
    }

    @Test
    void whatWasNotSent_isSentAfterTheNextStart() throws Exception {
        try (ChatServer server = new ChatServer(request -> Reply.of(503, ""))) {
            Webhook webhook = Webhook.of("team", Kind.SLACK, server.url("/hook"), "");
            try (Deliverer first = deliverer()) {
                first.configure(List.of(webhook));
                begun(first);
                outbox.add(Events.deadHead(AlertEvent.Kind.OPENED, Deliverer.nowMicros()));
                first.wake();
                assertThat(server.arrived().poll(10, TimeUnit.SECONDS)).isNotNull();
            }
            server.arrived().clear();
            server.answer(request -> ok(Kind.SLACK));
            try (Deliverer second = deliverer()) {
                second.configure(List.of(webhook));
                assertThat(server.arrived().poll(10, TimeUnit.SECONDS)).isNotNull();
            }
        }
    }

    @Test
    void otherConfiguration_takesOverWhereTheOldOneWas() throws Exception {
        try (ChatServer old = new ChatServer(request -> ok(Kind.SLACK));
                ChatServer next = new ChatServer(request -> ok(Kind.SLACK));
                Deliverer deliverer = deliverer()) {
            deliverer.configure(List.of(Webhook.of("team", Kind.SLACK, old.url("/hook"), "")));
            begun(deliverer);
            outbox.add(Events.deadHead(AlertEvent.Kind.OPENED, Deliverer.nowMicros()));
            deliverer.wake();
            assertThat(old.arrived().poll(10, TimeUnit.SECONDS)).isNotNull();
            await().untilAsserted(
                            () -> assertThat(deliverer.state().get(0).sent()).isEqualTo(1));
            deliverer.configure(List.of(Webhook.of("team", Kind.SLACK, next.url("/hook"), "")));
            outbox.add(Events.deadHead(AlertEvent.Kind.RESOLVED, Deliverer.nowMicros() + 1));
            deliverer.wake();
            assertThat(next.arrived().poll(10, TimeUnit.SECONDS))
                    .extracting(Received::text)
                    .asString()
                    .contains("Resolved: decoder");
            assertThat(old.all()).hasSize(1);
            deliverer.configure(List.of());
            assertThat(deliverer.state()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void testMessage_showsWhatTheServerAnswered(Kind kind) throws Exception {
        try (ChatServer server = new ChatServer(request -> Reply.of(403, "no entry with K1234567"))) {
            TestMessage test = new TestMessage(PayloadTest.LINKS, AlertJson::event);
            Webhook webhook = Webhook.of("team", kind, server.url("/hook/K1234567"), PayloadTest.secret(kind));
            TestMessage.Result refused = test.send(webhook);
            assertThat(refused.delivered()).isFalse();
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.answer()).isEqualTo("no entry with …");
            assertThat(refused.reason()).startsWith("HTTP 403").doesNotContain("K1234567");
            VendorRules.check(kind, server.all().get(0), PayloadTest.secret(kind), Deliverer.nowMicros());
            server.answer(request -> ok(kind));
            assertThat(test.send(webhook).delivered()).isTrue();
        }
    }

    @Test
    void testMessage_saysThatNobodyIsThere() throws Exception {
        ServerSocket closed = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        closed.close();
        URI nowhere = URI.create("http://127.0.0.1:" + closed.getLocalPort() + "/hook");
        TestMessage.Result result =
                new TestMessage(PayloadTest.LINKS, AlertJson::event).send(Webhook.of("team", Kind.SLACK, nowhere, ""));
        assertThat(result)
                .isEqualTo(new TestMessage.Result(false, 0, "", "connection refused, or the host is not known"));
    }

    private Deliverer deliverer() {
        return new Deliverer(outbox, PayloadTest.LINKS, AlertJson::event);
    }

    /** Once its thread has read where it stands, later events are its. */
    private static void begun(Deliverer deliverer) {
        await().untilAsserted(() -> {
            List<String> errors = new ArrayList<>();
            deliverer.state().forEach(state -> errors.add(String.valueOf(state.lastError())));
            assertThat(errors).doesNotContain("not started yet");
        });
    }

    private static Reply ok(Kind kind) {
        return switch (kind) {
            case FEISHU -> Reply.of(200, "{\"code\":0,\"msg\":\"success\"}");
            case DINGTALK, WECOM -> Reply.of(200, "{\"errcode\":0,\"errmsg\":\"ok\"}");
            case DISCORD -> Reply.of(200, "{\"id\":\"1\"}");
            case TEAMS -> Reply.of(202, "");
            default -> Reply.of(200, "ok");
        };
    }
}
