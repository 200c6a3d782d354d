package dev.gradwatch.collector.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gradwatch.collector.jobs.ChatServer.Got;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A collector that is killed in the middle of a burst of alerts, now before the chat's server answered and now after it: each alert arrives, alone or in a
 * digest, in order; and none comes again whose answer was in the store when the collector died.
 */
class KilledChatIT {
    private static final int ROUNDS = 4;
    private static final int FIRST_JOBS = 2;
    private static final int BURST_JOBS = 9;
    private static final int PASSES = 40;
    private static final String PATH = "/all";
    private static final Duration PATIENCE = Duration.ofSeconds(150);
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<ScriptedRank> ranks = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final List<Death> deaths = new ArrayList<>();
    private InetSocketAddress reporters;
    private URI http;
    private ChatServer chat;
    private volatile Launched collector;

    /**
     * How it stood when a collector was dead.
     *
     * @param messages how many had come by then
     * @param told by alert, the time of the last event of it that was told and whose answer was stored
     */
    private record Death(int messages, Map<String, Long> told) {}

    @BeforeEach
    void start() throws Exception {
        reporters = new InetSocketAddress("127.0.0.1", Integer.parseInt(Launched.freePort()));
        http = URI.create("http://127.0.0.1:" + Launched.freePort() + "/");
        chat = ChatServer.start();
        Files.writeString(folder.resolve("url"), chat.url(PATH));
        Files.writeString(
                folder.resolve("collect.yaml"),
                "webhooks: [{name: all, kind: generic, url_file: " + folder.resolve("url") + "}]\n");
    }

    @AfterEach
    void end() {
        threads.forEach(Thread::interrupt);
        if (collector != null) {
            collector.close();
        }
        chat.close();
    }

    @Test
    void collectorKilledInBursts_losesNoAlert_andRepeatsNoneThatWasSettled() throws Exception {
        collect(0);
        for (int round = 1; round <= ROUNDS; round++) {
            int before = chat.got(PATH).size();
            begin("first-" + round, FIRST_JOBS);
            await().atMost(PATIENCE).until(() -> chat.got(PATH).size() > before);
            killInABurst(round);
            collect(round);
            ranks.forEach(rank -> rank.allow(PASSES));
        }
        int jobs = ROUNDS * (FIRST_JOBS + BURST_JOBS);
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(told().keySet()).isEqualTo(alerts()).hasSizeGreaterThanOrEqualTo(jobs));
        assertEachArrived(told());
        assertInOrder();
        assertNoneRepeated();
    }

    private void killInABurst(int round) throws Exception {
        AtomicBoolean killed = new AtomicBoolean();
        boolean afterTheAnswer = round % 2 == 0;
        chat.onMessage(message -> kill(killed, !afterTheAnswer), message -> kill(killed, afterTheAnswer));
        begin("burst-" + round, BURST_JOBS);
        await().atMost(PATIENCE).until(() -> !collector.isRunning());
        chat.onMessage(message -> {}, message -> {});
        deaths.add(new Death(chat.got(PATH).size(), told()));
    }

    private void kill(AtomicBoolean killed, boolean now) {
        if (now && killed.compareAndSet(false, true)) {
            try {
                collector.kill();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void begin(String name, int jobs) {
        for (int job = 0; job < jobs; job++) {
            ScriptedRank rank =
                    new ScriptedRank(reporters, name + "-" + job, 0, 1, true, Long.MAX_VALUE, pass -> false, null);
            ranks.add(rank);
            rank.allow(PASSES);
            Thread thread = new Thread(rank, "rank");
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    private void collect(int round) throws IOException {
        collector = Launched.start(
                folder.resolve("collect-" + round + ".log"),
                Map.of(),
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx256m",
                        "-jar",
                        Launched.ROOT.resolve("collector/target/gradwatch.jar").toString(),
                        "collect",
                        "--listen",
                        "127.0.0.1:" + reporters.getPort(),
                        "--http",
                        http.getAuthority(),
                        "--store",
                        "jdbc:sqlite:" + folder.resolve("jobs.db"),
                        "--config",
                        folder.resolve("collect.yaml").toString()));
        await().atMost(PATIENCE).until(() -> {
            assertThat(collector.isRunning()).as(collector.printed()).isTrue();
            return collector.hasPrinted("webhooks: all");
        });
    }

    /** The channel's memory of the alerts that it told. */
    private Map<String, Long> told() {
        Map<String, Long> told = new HashMap<>();
        Jdbi.create("jdbc:sqlite:" + folder.resolve("jobs.db"))
                .useHandle(tables -> tables.createQuery("SELECT alert, message FROM messages WHERE channel = 'all'")
                        .mapToMap()
                        .forEach(row -> told.put(
                                (String) row.get("alert"),
                                Long.valueOf(((String) row.get("message")).split(" ", -1)[0]))));
        return told;
    }

    private Set<String> alerts() throws Exception {
        Set<String> ids = new TreeSet<>();
        HttpResponse<byte[]> answer = client.send(
                HttpRequest.newBuilder(http.resolve("api/alerts?limit=1000&state=open"))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
        JSON.readTree(answer.body())
                .path("alerts")
                .forEach(alert -> ids.add(alert.path("id").asText()));
        return ids;
    }

    private void assertEachArrived(Map<String, Long> told) {
        List<Got> all = chat.got(PATH);
        told.forEach((alert, micros) -> assertThat(all)
                .as("alert " + alert)
                .anyMatch(message ->
                        message.body().path("alert").path("id").asText().equals(alert)
                                || (isDigest(message) && first(message) <= micros && micros <= last(message))));
    }

    /** By when alerts opened, from one death to the next. */
    private void assertInOrder() {
        List<Got> all = chat.got(PATH);
        int from = 0;
        for (Death death : deaths) {
            assertThat(beginnings(all.subList(from, death.messages()))).isSorted();
            from = death.messages();
        }
        assertThat(beginnings(all.subList(from, all.size()))).isSorted();
    }

    private static List<Long> beginnings(List<Got> messages) {
        return messages.stream()
                .filter(message -> isDigest(message)
                        || message.body().path("kind").asText().equals("opened"))
                .map(message -> isDigest(message)
                        ? first(message)
                        : micros(message.body().path("alert").path("opened")))
                .toList();
    }

    private void assertNoneRepeated() {
        List<Got> all = chat.got(PATH);
        int settled = 0;
        for (Death death : deaths) {
            settled += death.told().size();
            for (Got message : all.subList(death.messages(), all.size())) {
                for (JsonNode event : events(message)) {
                    String alert = event.path("alert").path("id").asText();
                    assertThat(death.told().getOrDefault(alert, Long.MIN_VALUE))
                            .as(alert + " came again: " + message.key())
                            .isLessThan(micros(event.path("time")));
                }
            }
        }
        // Else nothing could have come again.
        assertThat(settled).isPositive();
    }

    /** Of a digest those that it shows. */
    private static List<JsonNode> events(Got message) {
        List<JsonNode> events = new ArrayList<>();
        if (isDigest(message)) {
            message.body().path("first").forEach(events::add);
        } else {
            events.add(message.body());
        }
        return events;
    }

    private static boolean isDigest(Got message) {
        return message.body().path("kind").asText().equals("digest");
    }

    /** Its key is {@code digest-FIRST-LAST}, the times of the events that it is about. */
    private static long first(Got digest) {
        return Long.parseLong(digest.key().split("-", -1)[1]);
    }

    private static long last(Got digest) {
        return Long.parseLong(digest.key().split("-", -1)[2]);
    }

    private static long micros(JsonNode time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse(time.asText()));
    }
}
