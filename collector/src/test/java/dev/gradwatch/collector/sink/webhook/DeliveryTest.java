package dev.gradwatch.collector.sink.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.model.Language;
import dev.gradwatch.collector.model.SampleReports;
import dev.gradwatch.collector.model.Severity;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is told, when, and how often; in simulated time. */
class DeliveryTest {
    private static final long SECOND = 1_000_000;
    private static final long MINUTE = 60 * SECOND;
    private static final URI URL = URI.create("https://chat.example.org/hook/T0KEN99");

    private final FakeOutbox outbox = new FakeOutbox();
    private long micros = Events.START;

    @Test
    void alert_isToldAtOnceAndOnce() {
        SimulatedChannel channel = slack();
        opened("a", Severity.ERROR);
        channel.untilIdle();
        channel.untilIdle();
        assertThat(channel.texts()).containsExactly("🔴 Error: a");
        assertThat(channel.now - Events.START).isLessThan(SECOND);
        assertThat(channel.state().sent()).isEqualTo(1);
        assertThat(channel.state().lastError()).isNull();
    }

    @Test
    void stepsOfALife_areLines() {
        SimulatedChannel channel = slack();
        for (AlertEvent.Kind kind : List.of(
                AlertEvent.Kind.OPENED,
                AlertEvent.Kind.UPDATED,
                AlertEvent.Kind.ACKNOWLEDGED,
                AlertEvent.Kind.MUTED,
                AlertEvent.Kind.RESOLVED)) {
            add("a", kind, Severity.ERROR);
            channel.until(channel.now + SECOND);
        }
        assertThat(channel.texts())
                .containsExactly(
                        "🔴 Error: a", "🔴 Changed, Error: a · PlainConvUNet", "✅ Resolved: a · PlainConvUNet");
        assertThat(outbox.remembered()).as("resolved alerts are forgotten").isZero();
    }

    @Test
    void discord_changesTheFirstMessage() {
        SimulatedChannel channel = new SimulatedChannel(webhook(Kind.DISCORD), outbox);
        channel.server = call -> new Answer(200, "", "{\"id\":\"77\"}", 0);
        for (AlertEvent.Kind kind :
                List.of(AlertEvent.Kind.OPENED, AlertEvent.Kind.ACKNOWLEDGED, AlertEvent.Kind.RESOLVED)) {
            add("a", kind, Severity.ERROR);
            channel.until(channel.now + SECOND);
        }
        assertThat(channel.taken.stream().map(sent -> sent.call().method())).containsExactly("POST", "PATCH", "PATCH");
        assertThat(channel.taken.get(1).call().url()).hasToString(URL + "/messages/77");
        assertThat(channel.taken.stream()
                        .map(sent -> sent.json().at("/embeds/0/title").asText()))
                .containsExactly("🔴 Error\\: a", "🔴 Acknowledged by Ada\\: a", "✅ Resolved\\: a");
    }

    @Test
    void discordMessageThatIsGone_isFollowedByALine() {
        SimulatedChannel channel = new SimulatedChannel(webhook(Kind.DISCORD), outbox);
        channel.server = call -> call.method().equals("PATCH")
                ? new Answer(404, "", "{\"message\":\"Unknown Message\",\"code\":10008}", 0)
                : new Answer(200, "", "{\"id\":\"77\"}", 0);
        opened("a", Severity.ERROR);
        channel.untilIdle();
        add("a", AlertEvent.Kind.RESOLVED, Severity.ERROR);
        channel.untilIdle();
        assertThat(channel.taken.stream().map(sent -> sent.call().method())).containsExactly("POST", "POST");
        assertThat(channel.state().failed()).isZero();
    }

    @Test
    void aThousandAtOnce_areOneMessage() {
        SimulatedChannel channel = slack();
        for (int i = 0; i < 1_000; i++) {
            opened("alert " + i, i == 500 ? Severity.CRITICAL : Severity.ERROR);
        }
        channel.untilIdle();
        assertThat(channel.texts()).containsExactly("🛑 1000 alerts: 1 critical, 999 errors");
        String body = channel.taken.get(0).json().toString();
        assertThat(body.indexOf("Critical: alert 500")).isPositive().isLessThan(body.indexOf("Error: alert 0"));
        assertThat(body).contains("and 990 more");
    }

    @Test
    void aThousandInAMinute_areAHandful() {
        SimulatedChannel channel = slack();
        for (int i = 0; i < 1_000; i++) {
            micros = Events.START + i * MINUTE / 1_000;
            channel.until(micros);
            opened("alert " + i, Severity.ERROR);
        }
        channel.until(micros + 2 * MINUTE);
        assertThat(channel.taken).hasSizeLessThanOrEqualTo(Schedule.FEW + 2);
        assertThat(told(channel)).isEqualTo(1_000);
    }

    @Test
    void openedAndResolvedInADigest_isCounted() {
        SimulatedChannel channel = slack();
        for (int i = 0; i < 8; i++) {
            opened("alert " + i, Severity.WARNING);
        }
        add("alert 1", AlertEvent.Kind.RESOLVED, Severity.WARNING);
        channel.untilIdle();
        assertThat(channel.texts()).containsExactly("🟡 8 alerts: 7 warnings, 1 came and went");
    }

    @Test
    void openedAndResolvedAlone_isOneLine() {
        SimulatedChannel channel = slack();
        opened("a", Severity.WARNING);
        add("a", AlertEvent.Kind.RESOLVED, Severity.WARNING);
        channel.untilIdle();
        assertThat(channel.texts()).containsExactly("✅ Came and went: a · PlainConvUNet");
    }

    @Test
    void mutedAlert_isNotToldUntilItIsAwake() {
        SimulatedChannel channel = slack();
        outbox.add(Events.muted(event("a", AlertEvent.Kind.OPENED, Severity.ERROR)));
        channel.untilIdle();
        assertThat(channel.taken).isEmpty();
        add("a", AlertEvent.Kind.UNMUTED, Severity.ERROR);
        channel.untilIdle();
        assertThat(channel.texts()).containsExactly("🔴 Error: a");
    }

    @Test
    void lesserAndOtherJobsAlerts_areNotTold() {
        Webhook webhook = new Webhook(
                "team",
                Kind.SLACK,
                URL,
                "",
                Severity.ERROR,
                Language.EN,
                List.of("nnunet-*"),
                null,
                Duration.ZERO,
                Set.of(),
                null);
        SimulatedChannel channel = new SimulatedChannel(webhook, outbox);
        String[][] jobs = {{"nnunet-1", "x"}, {"x", "nnunet-2"}, {"train-7f", "Net"}};
        for (String[] job : jobs) {
            for (Severity severity : Severity.values()) {
                String id = job[0] + severity;
                outbox.add(Events.event(
                        id,
                        AlertEvent.Kind.OPENED,
                        ++micros,
                        SampleReports.finding(
                                severity, SampleReports.deadHeadFinding().cause(), id),
                        job[0],
                        job[1]));
            }
        }
        add("x-resolved-only", AlertEvent.Kind.RESOLVED, Severity.CRITICAL);
        channel.untilIdle();
        assertThat(channel.texts())
                .containsExactlyInAnyOrder(
                        "🔴 Error: nnunet-1ERROR",
                        "🛑 Critical: nnunet-1CRITICAL",
                        "🔴 Error: xERROR",
                        "🛑 Critical: xCRITICAL");
        assertThat(outbox.progress("team").orElseThrow().throughMicros()).isEqualTo(micros);
    }

    @Test
    void quietHours_holdBackAllButCritical() {
        long quietEnd = Events.START + 6 * 60 * MINUTE;
        SimulatedChannel channel = new SimulatedChannel(
                timed(new QuietHours(LocalTime.of(22, 0), LocalTime.of(6, 0), ZoneId.of("UTC")), Duration.ZERO),
                outbox);
        opened("a", Severity.ERROR);
        opened("b", Severity.CRITICAL);
        opened("c", Severity.WARNING);
        channel.until(micros + MINUTE);
        assertThat(channel.texts()).containsExactly("🛑 Critical: b");
        channel.restart();
        channel.until(quietEnd - 1);
        assertThat(channel.taken).hasSize(1);
        channel.until(quietEnd);
        assertThat(channel.texts()).containsExactly("🛑 Critical: b", "🔴 2 alerts: 1 error, 1 warning");
    }

    @Test
    void digestWindow_gathers() {
        SimulatedChannel channel = new SimulatedChannel(timed(null, Duration.ofMinutes(10)), outbox);
        opened("a", Severity.ERROR);
        channel.until(Events.START + 9 * MINUTE);
        micros = channel.now;
        opened("b", Severity.WARNING);
        channel.until(Events.START + 10 * MINUTE);
        assertThat(channel.taken).isEmpty();
        channel.until(Events.START + 11 * MINUTE);
        assertThat(channel.texts()).containsExactly("🔴 2 alerts: 1 error, 1 warning");
    }

    @Test
    void deadServer_isTriedForEverAndCaughtUpWith() {
        SimulatedChannel channel = slack();
        channel.server = call -> {
            throw new IOException("connection refused, or the host is not known");
        };
        opened("a", Severity.ERROR);
        channel.until(Events.START + 60 * MINUTE);
        for (int i = 0; i < 50; i++) {
            opened("alert " + i, Severity.ERROR);
        }
        channel.until(channel.now + 60 * MINUTE);
        assertThat(channel.attempts).hasSizeBetween(20, 40);
        assertThat(channel.state().lastError()).isEqualTo("connection refused, or the host is not known");
        assertThat(channel.state().pendingSinceMicros()).isEqualTo(Events.START + 1);
        assertThat(channel.state().failed()).isZero();
        channel.server = call -> new Answer(200, "", "ok", 0);
        channel.untilIdle();
        assertThat(channel.texts()).containsExactly("🔴 51 alerts: 51 errors");
        assertThat(channel.state().pendingSinceMicros()).isNull();
    }

    @Test
    void tooMany_isLeftAloneAsLongAsAsked() {
        SimulatedChannel channel = slack();
        channel.server = call -> channel.attempts.size() == 1
                ? new Answer(429, "90", "", channel.now)
                : new Answer(200, "", "ok", channel.now);
        opened("a", Severity.ERROR);
        channel.untilIdle();
        assertThat(channel.attempts).hasSize(2);
        assertThat(channel.attempts.get(1).micros() - channel.attempts.get(0).micros())
                .isEqualTo(90 * SECOND);
    }

    @Test
    void refusedMessage_isGivenUpCountedAndExplained() {
        SimulatedChannel channel = slack();
        channel.server = call -> new Answer(400, "", "invalid_payload /hook/T0KEN99", 0);
        opened("a", Severity.ERROR);
        channel.untilIdle();
        assertThat(channel.attempts).hasSize(Delivery.MAX_TRIES);
        channel.server = call -> new Answer(200, "", "ok", 0);
        opened("b", Severity.ERROR);
        channel.untilIdle();
        assertThat(channel.texts()).containsExactly("🔴 Error: b");
        assertThat(channel.state())
                .extracting(ChannelState::failed, ChannelState::failedReason, ChannelState::lastError)
                .containsExactly(1L, "HTTP 400: invalid_payload /…", null);
        channel.restart();
        assertThat(channel.state().failed()).isEqualTo(1);
        assertThat(channel.state().failedReason()).isEqualTo("HTTP 400: invalid_payload /…");
    }

    @Test
    void inBandError_isAFailure() {
        SimulatedChannel channel = new SimulatedChannel(webhook(Kind.WECOM), outbox);
        channel.server = call -> new Answer(200, "", "{\"errcode\":93000,\"errmsg\":\"invalid webhook url\"}", 0);
        opened("a", Severity.ERROR);
        channel.untilIdle();
        assertThat(channel.state().failed()).isEqualTo(1);
        assertThat(channel.state().sent()).isZero();
        assertThat(channel.state().failedReason()).isEqualTo("errcode 93000: invalid webhook url");
    }

    @Test
    void restartAtEveryStepOfABurst_losesAndRepeatsNothing() {
        SimulatedChannel channel = slack();
        for (int i = 0; i < 23; i++) {
            opened("alert " + i, Severity.ERROR);
            if (i % 4 == 0) {
                channel.turn();
                channel.restart();
            }
        }
        for (int i = 0; i < 100; i++) {
            channel.restart();
            long next = channel.turn();
            channel.now = next == Delivery.IDLE ? channel.now : Math.max(channel.now, next);
        }
        assertThat(channel.attempts).hasSameSizeAs(channel.taken);
        assertThat(told(channel)).isEqualTo(23);
        List<Integer> singles = channel.texts().stream()
                .filter(text -> text.contains("Error: "))
                .map(text -> Integer.valueOf(text.replaceAll("\\D+", "")))
                .toList();
        assertThat(singles).doesNotHaveDuplicates().isSorted().startsWith(0, 1);
        assertThat(channel.taken).hasSizeGreaterThan(singles.size());
    }

    @Test
    void storeThatFailsAfterTheAnswer_makesNothingBeToldTwice() {
        SimulatedChannel channel = slack();
        opened("a", Severity.ERROR);
        channel.server = call -> {
            outbox.fail(true);
            return new Answer(200, "", "ok", 0);
        };
        assertThatThrownBy(channel::turn).hasMessage("disk: full (expected: room)");
        assertThatThrownBy(channel::turn).hasMessage("disk: full (expected: room)");
        outbox.fail(false);
        channel.untilIdle();
        assertThat(channel.texts()).containsExactly("🔴 Error: a");
        channel.restart();
        channel.untilIdle();
        assertThat(channel.attempts).hasSize(1);
    }

    @Test
    void newChannel_beginsNowAndKeepsItsBeginning() {
        opened("old", Severity.ERROR);
        SimulatedChannel channel = new SimulatedChannel(webhook(Kind.SLACK), outbox);
        channel.now = Events.START + MINUTE;
        SimulatedChannel later = new SimulatedChannel(Webhook.of("later", Kind.SLACK, URL, ""), outbox, channel.now);
        channel.restart();
        channel.untilIdle();
        later.untilIdle();
        assertThat(channel.texts()).containsExactly("🔴 Error: old");
        assertThat(later.taken).isEmpty();
    }

    /** How many alerts the messages say they are about. */
    static int told(SimulatedChannel channel) {
        return channel.texts().stream()
                .mapToInt(text -> text.matches(".*\\d+ alerts?:.*")
                        ? Integer.parseInt(text.replaceAll("\\D*(\\d+) alerts?:.*", "$1"))
                        : 1)
                .sum();
    }

    private SimulatedChannel slack() {
        return new SimulatedChannel(webhook(Kind.SLACK), outbox);
    }

    private static Webhook webhook(Kind kind) {
        return Webhook.of("team", kind, URL, "");
    }

    private static Webhook timed(QuietHours quiet, Duration digest) {
        return new Webhook(
                "team", Kind.SLACK, URL, "", Severity.INFO, Language.EN, List.of(), quiet, digest, Set.of(), null);
    }

    private void opened(String title, Severity severity) {
        add(title, AlertEvent.Kind.OPENED, severity);
    }

    private void add(String title, AlertEvent.Kind kind, Severity severity) {
        outbox.add(event(title, kind, severity));
    }

    private AlertEvent event(String title, AlertEvent.Kind kind, Severity severity) {
        return Events.event("id-" + title, kind, ++micros, severity, title);
    }
}
