package dev.gradwatch.collector.sink.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.sink.http.guard.TokenHash;
import dev.gradwatch.collector.sink.http.stream.StreamLimits;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventsTest {
    private static final StreamLimits USUAL = StreamLimits.DEFAULTS;
    /** After the fake clock's now. */
    private static final long LATER = 1_767_225_800_000_000L;

    private TestApi api = TestApi.open();
    private final List<Raw> clients = new ArrayList<>();

    @AfterEach
    void stop() {
        clients.forEach(Raw::close);
        api.close();
    }

    private void restart(StreamLimits limits) {
        FakeDirectory directory = api.directory;
        api.close();
        api = new TestApi(
                TestApi.options()
                        .withLimits(HttpLimits.DEFAULTS.with(TestApi.NO_RATES).with(limits)),
                directory);
    }

    private record Event(String id, String name, JsonNode data) {}

    private Raw listen(String... headers) {
        Raw raw = new Raw(api);
        clients.add(raw);
        raw.send("GET /api/events HTTP/1.1\r\nHost: localhost\r\n" + String.join("", headers) + "\r\n");
        return raw;
    }

    /** Past the head and the hello. */
    private Raw listening(String... headers) {
        Raw raw = listen(headers);
        assertThat(raw.head()).startsWith("HTTP/1.1 200").contains("text/event-stream", "no-store");
        assertThat(raw.line()).matches("[0-9a-f]+");
        assertThat(raw.line()).isEqualTo(": hello");
        assertThat(raw.line()).isEqualTo("retry: 2000");
        assertThat(raw.line()).startsWith("id: ");
        return raw;
    }

    /** The next event; chunks' lengths and comments are passed over. */
    private static Event next(Raw raw) throws IOException {
        String id = "";
        String name = "";
        while (true) {
            String line = raw.line();
            if (line.startsWith("id: ")) {
                id = line.substring(4);
            } else if (line.startsWith("event: ")) {
                name = line.substring(7);
            } else if (line.startsWith("data: ")) {
                return new Event(id, name, Json.MAPPER.readTree(line.substring(6)));
            } else if (line.equals("0")) {
                throw new IOException("the stream ended");
            }
        }
    }

    /** The last chunk: the response is whole, and not only its connection gone. */
    private static void awaitEnd(Raw raw) {
        String line = raw.line();
        for (int lines = 0; !line.equals("0"); lines++) {
            assertThat(lines).isLessThan(1_000);
            line = raw.line();
        }
    }

    private static String resume(long micros) {
        return "Last-Event-ID: " + micros + "\r\n";
    }

    private void happens(long from, int count) {
        for (int i = 0; i < count; i++) {
            api.directory.happens(from + i);
        }
    }

    private static void receives(Raw raw, long from, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            assertThat(next(raw).id()).isEqualTo(Long.toString(from + i));
        }
    }

    @Test
    void alert_isAnEventWithItsKind() throws IOException {
        Raw raw = listening();
        api.directory.happens(LATER);
        Event event = next(raw);
        assertThat(event.name()).isEqualTo("alert");
        assertThat(event.id()).isEqualTo(Long.toString(LATER));
        assertThat(event.data().path("kind").asText()).isEqualTo("updated");
        assertThat(event.data().path("alert"))
                .isEqualTo(TestApi.json(api.get("/api/alerts")).path("alerts").get(0));
    }

    @Test
    void job_hasTheIdOfTheAlertBeforeIt() throws IOException {
        Raw raw = listening();
        api.directory.happens(LATER);
        api.directory.tell(new Directory.Event.OfJob(FakeDirectory.summary("a")));
        next(raw);
        Event event = next(raw);
        assertThat(event.name()).isEqualTo("job");
        assertThat(event.id()).isEqualTo(Long.toString(LATER));
        assertThat(event.data().path("id").asText()).isEqualTo("a");
    }

    @Test
    void resume_sendsWhatWasMissedOnce() throws IOException {
        happens(LATER, 1_200);
        Raw raw = listening(resume(LATER + 99));
        api.directory.happens(LATER + 1_200);
        receives(raw, LATER + 100, 1_101);
    }

    @Test
    void resume_whileEventsHappen_losesNoneAndRepeatsNone() throws Exception {
        happens(LATER, 600);
        Thread busy = new Thread(() -> happens(LATER + 600, 900));
        busy.start();
        Raw raw = listening(resume(LATER));
        receives(raw, LATER + 1, 1_499);
        busy.join();
    }

    @Test
    void resume_overARestart_losesNone() throws IOException {
        Raw raw = listening();
        happens(LATER, 3);
        receives(raw, LATER, 3);
        restart(USUAL);
        happens(LATER + 3, 2);
        receives(listening(resume(LATER + 2)), LATER + 3, 2);
    }

    @Test
    void resume_beforeAnyEvent_hasAnIdToResumeFrom() throws IOException {
        Raw raw = listen();
        raw.head();
        raw.line();
        raw.line();
        raw.line();
        String id = raw.line().substring(4);
        raw.close();
        happens(LATER, 2);
        receives(listening(resume(Long.parseLong(id))), LATER, 2);
    }

    @Test
    void resume_fromNonsenseOrTheFuture_beginsNow() throws IOException {
        Raw nonsense = listening("Last-Event-ID: ../x\r\n");
        Raw future = listening("Last-Event-ID: 999999999999999999\r\n");
        happens(LATER, 1);
        receives(nonsense, LATER, 1);
        receives(future, LATER, 1);
    }

    @Test
    void resume_whileTheStoreIsAway_endsTheStreamSoThatTheClientAsksAgain() {
        api.directory.storeAway = true;
        Raw raw = listening(resume(LATER));
        awaitEnd(raw);
    }

    @Test
    void client_thatDoesNotRead_isCutOffAndHoldsNoThread() throws IOException {
        restart(new StreamLimits(256, 100_000, Duration.ofMillis(300), Duration.ofSeconds(15)));
        Raw slow = new Raw(api, 4_096);
        clients.add(slow);
        slow.send("GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Raw quick = listening();
        Awaitility.await().until(() -> streams() == 2);
        happens(LATER, 5_000);
        receives(quick, LATER, 5_000);
        Awaitility.await().until(() -> cut() == 1 && streams() == 1);
        assertThat(api.get("/api/jobs").statusCode()).isEqualTo(200);
        happens(LATER + 5_000, 1);
        receives(quick, LATER + 5_000, 1);
    }

    @Test
    void client_withAFullQueue_isCutOff() {
        restart(new StreamLimits(256, 10, Duration.ofSeconds(20), Duration.ofSeconds(15)));
        Raw slow = new Raw(api, 4_096);
        clients.add(slow);
        slow.send("GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Awaitility.await().until(() -> streams() == 1);
        happens(LATER, 5_000);
        Awaitility.await().until(() -> cut() == 1 && streams() == 0);
    }

    @Test
    void jobs_thatChangeOften_areSentAsTheyAreLast() throws Exception {
        restart(new StreamLimits(256, 10, Duration.ofSeconds(20), Duration.ofSeconds(15)));
        CountDownLatch latch = new CountDownLatch(1);
        api.directory.held = latch;
        Raw raw = listening(resume(FakeDirectory.MICROS - 1));
        Awaitility.await().until(() -> api.directory.asked.contains("eventsAfter"));
        for (int i = 0; i < 1_000; i++) {
            api.directory.tell(new Directory.Event.OfJob(FakeDirectory.summary(i % 2 == 0 ? "a" : "b")));
        }
        latch.countDown();
        assertThat(next(raw).name()).isEqualTo("alert");
        assertThat(next(raw).data().path("id").asText()).isEqualTo("a");
        assertThat(next(raw).data().path("id").asText()).isEqualTo("b");
        api.directory.held = null;
        api.directory.happens(LATER);
        assertThat(next(raw).id()).isEqualTo(Long.toString(LATER));
    }

    @Test
    void hundredStreams_allHearAndCostNoThreads() throws IOException {
        int before = Thread.activeCount();
        List<Raw> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            all.add(listening());
        }
        happens(LATER, 20);
        for (Raw raw : all) {
            receives(raw, LATER, 20);
        }
        assertThat(Thread.activeCount() - before).isLessThan(12);
    }

    @Test
    void streams_beyondTheLimit_are503() {
        restart(new StreamLimits(1, 10, Duration.ofSeconds(20), Duration.ofSeconds(15)));
        listening();
        assertThat(listen().head()).startsWith("HTTP/1.1 503").contains("application/problem+json");
        assertThat(api.refused(Refusal.STREAMS)).isEqualTo(1);
        clients.get(0).close();
        Awaitility.await().until(() -> streams() == 0);
        listening();
    }

    @Test
    void heartbeat_isAComment() {
        restart(new StreamLimits(1, 10, Duration.ofSeconds(20), Duration.ofMillis(50)));
        Raw raw = listening();
        raw.line();
        raw.line();
        assertThat(raw.line()).isEqualTo("3");
        assertThat(raw.line()).isEqualTo(":");
    }

    @Test
    void stream_endsAfterLogout() {
        api.close();
        api = TestApi.of(TestApi.options()
                .withToken(TokenHash.of(TestApi.TOKEN))
                .withLimits(HttpLimits.DEFAULTS
                        .with(TestApi.NO_RATES)
                        .with(new StreamLimits(9, 9, Duration.ofSeconds(9), Duration.ofMillis(50)))));
        String set = api.post("/api/login", "{\"token\":\"" + TestApi.TOKEN + "\"}")
                .headers()
                .firstValue("Set-Cookie")
                .orElseThrow();
        String cookie = set.substring(0, set.indexOf(';'));
        Raw raw = listening("Cookie: " + cookie + "\r\n");
        api.post("/api/logout", "", "Cookie", cookie, "X-Gradwatch", "1");
        awaitEnd(raw);
    }

    @Test
    void close_endsStreamsPolitelyAndSoon() {
        List<Raw> open = List.of(listening(), listening());
        long began = System.nanoTime();
        api.close();
        api.close();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(3));
        open.forEach(EventsTest::awaitEnd);
        assertThat(api.directory.subscribers).isEmpty();
    }

    @Test
    void close_whileTheDirectoryHangs_isSoonToo() {
        api.directory.held = new CountDownLatch(1);
        Raw raw = new Raw(api);
        clients.add(raw);
        raw.send("GET /api/jobs HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Awaitility.await().until(() -> !api.directory.asked.isEmpty());
        long began = System.nanoTime();
        api.close();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(3));
    }

    @Test
    void event_isOnTheSocketWithinMilliseconds() throws IOException {
        Raw raw = listening();
        List<Long> micros = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            AlertEvent event =
                    new AlertEvent(LATER + i, AlertEvent.Kind.UPDATED, FakeDirectory.sample("0123456789abcdef"));
            long began = System.nanoTime();
            api.directory.happens(event);
            next(raw);
            micros.add((System.nanoTime() - began) / 1_000);
        }
        List<Long> sorted = micros.subList(200, 400).stream().sorted().toList();
        System.out.printf("from event to socket: p50 %d us, p99 %d us%n", sorted.get(100), sorted.get(197));
        assertThat(sorted.get(100)).isLessThan(20_000);
    }

    @Test
    void happening_atRandom_reachesClientsThatComeAndGo() throws Exception {
        Random random = new Random(7);
        long seen = LATER - 1;
        happens(LATER, 50);
        long made = LATER + 50;
        for (int round = 0; round < 30; round++) {
            Raw raw = listening(resume(seen));
            int more = random.nextInt(20);
            happens(made, more);
            made += more;
            int read = random.nextInt((int) (made - 1 - seen) + 1);
            receives(raw, seen + 1, read);
            seen += read;
            raw.close();
        }
        receives(listening(resume(seen)), seen + 1, (int) (made - 1 - seen));
    }

    private double streams() {
        return api.registry.get("gradwatch.http.streams").gauge().value();
    }

    private double cut() {
        return api.registry.get("gradwatch.http.streams.cut").functionCounter().count();
    }
}
