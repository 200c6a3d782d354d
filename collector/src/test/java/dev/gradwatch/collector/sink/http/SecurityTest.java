package dev.gradwatch.collector.sink.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.sink.http.guard.TokenHash;
import io.vertx.core.http.HttpMethod;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each route of the server's own table, so that a new one is tested from its first day. */
class SecurityTest {
    /** Routes that strangers may ask. */
    private static final Set<String> OPEN = Set.of("GET /api/health", "POST /api/login");

    private static final HttpLimits SHORT =
            HttpLimits.DEFAULTS.with(TestApi.NO_RATES).withTimes(Duration.ofMillis(300), Duration.ofSeconds(60));

    private TestApi api;

    @BeforeEach
    void start() {
        api = TestApi.of(
                TestApi.options().withToken(TokenHash.of(TestApi.TOKEN)).withLimits(SHORT));
    }

    @AfterEach
    void stop() {
        api.close();
    }

    static Stream<String> routes() {
        try (TestApi api = TestApi.withToken()) {
            return api.api.endpoints().stream()
                    .map(endpoint -> endpoint.method() + " " + endpoint.path())
                    .toList()
                    .stream();
        }
    }

    static Stream<String> posts() {
        return routes().filter(route -> route.startsWith("POST "));
    }

    private HttpResponse<String> ask(String route, String... headers) {
        String[] parts = route.split(" ", 2);
        String path = TestApi.filled(parts[1]);
        return parts[0].equals("POST") ? api.post(path, "{}", headers) : api.get(path, headers);
    }

    private void refused(HttpResponse<String> response, Refusal refusal) {
        assertThat(response.statusCode()).isEqualTo(refusal.status());
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(response.body()).doesNotContain(TestApi.TOKEN);
        assertThat(api.refused(refusal)).isEqualTo(1);
        assertThat(api.directory.asked).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("routes")
    void route_withoutToken_isRefused(String route) {
        if (route.equals("GET /api/health")) {
            assertThat(ask(route).body()).isEqualTo("{\"status\":\"ok\"}");
        } else {
            refused(ask(route), OPEN.contains(route) ? Refusal.TOKEN : Refusal.UNAUTHENTICATED);
        }
    }

    @ParameterizedTest
    @MethodSource("routes")
    void route_withWrongToken_isRefused(String route) {
        refused(ask(route, "Authorization", "Bearer " + TestApi.TOKEN + "x"), Refusal.TOKEN);
    }

    @ParameterizedTest
    @MethodSource("routes")
    void route_withMadeUpSession_isRefused(String route) {
        if (!OPEN.contains(route)) {
            refused(ask(route, "Cookie", "gradwatch_session_0=abc"), Refusal.UNAUTHENTICATED);
        }
    }

    @ParameterizedTest
    @MethodSource("routes")
    void route_fromForeignOrigin_isRefused(String route) {
        refused(
                ask(route, "Authorization", "Bearer " + TestApi.TOKEN, "Origin", "http://evil.example"),
                Refusal.ORIGIN);
    }

    @ParameterizedTest
    @MethodSource("routes")
    void route_fromOriginOfAnotherPort_isRefused(String route) {
        refused(
                ask(
                        route,
                        "Authorization",
                        "Bearer " + TestApi.TOKEN,
                        "Origin",
                        "http://127.0.0.1:" + (api.port() ^ 1)),
                Refusal.ORIGIN);
    }

    @ParameterizedTest
    @MethodSource("routes")
    void route_forForeignHost_isRefused(String route) {
        String[] parts = route.split(" ", 2);
        try (Raw raw = new Raw(api)) {
            String head = raw.exchange(
                    route.replace(parts[1], TestApi.filled(parts[1])) + " HTTP/1.1\r\nHost: evil.example:" + api.port()
                            + "\r\nAuthorization: Bearer " + TestApi.TOKEN + "\r\nContent-Length: 0\r\n\r\n");
            assertThat(head).startsWith("HTTP/1.1 421").contains("application/problem+json");
        }
        assertThat(api.refused(Refusal.HOST)).isEqualTo(1);
        assertThat(api.directory.asked).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("posts")
    void post_withOversizedBody_isRefused(String route) {
        String body = "{\"x\":\"" + "a".repeat(70_000) + "\"}";
        refused(
                api.post(TestApi.filled(route.substring(5)), body, "Authorization", "Bearer " + TestApi.TOKEN),
                Refusal.BODY_SIZE);
    }

    @ParameterizedTest
    @MethodSource("posts")
    void post_withOversizedChunks_isRefused(String route) {
        try (Raw raw = new Raw(api)) {
            raw.send(head(route, "Transfer-Encoding: chunked"));
            raw.send("10000\r\n" + "a".repeat(0x10000) + "\r\n10000\r\n" + "a".repeat(0x10000) + "\r\n");
            assertThat(raw.head()).startsWith("HTTP/1.1 413");
        }
        assertThat(api.refused(Refusal.BODY_SIZE)).isEqualTo(1);
        assertThat(api.directory.asked).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("posts")
    void post_withSlowBody_isCut(String route) {
        try (Raw raw = new Raw(api)) {
            raw.send(head(route, "Content-Length: 20") + "{\"by\"");
            assertThat(raw.head()).startsWith("HTTP/1.1 408");
            assertThat(raw.rest()).contains("\"status\":408");
        }
        assertThat(api.refused(Refusal.SLOW_BODY)).isEqualTo(1);
        assertThat(api.directory.asked).isEmpty();
    }

    private static String head(String route, String length) {
        return TestApi.filled(route) + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + TestApi.TOKEN
                + "\r\nContent-Type: application/json\r\n" + length + "\r\n\r\n";
    }

    @Test
    void get_withABodyThatNeverEnds_isAnsweredAndThenCut() {
        try (Raw raw = new Raw(api)) {
            raw.send("GET /api/health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20\r\n\r\n{");
            assertThat(raw.head()).startsWith("HTTP/1.1 200");
            raw.rest();
        }
    }

    @Test
    void slowHead_isCut() {
        try (Raw raw = new Raw(api)) {
            raw.send("GET /api/health HT");
            assertThat(raw.rest()).isEmpty();
        }
        assertThat(api.refused(Refusal.SLOW_HEADER)).isEqualTo(1);
    }

    @Test
    void slowHead_ofASecondRequest_isCut() {
        try (Raw raw = new Raw(api)) {
            raw.exchange("GET /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n");
            raw.send("GET /api/hea");
            raw.rest();
        }
        assertThat(api.refused(Refusal.SLOW_HEADER)).isEqualTo(1);
    }

    @Test
    void connection_thatIsIdle_isClosed() {
        try (TestApi idle = TestApi.of(
                        TestApi.options().withLimits(SHORT.withTimes(Duration.ofSeconds(20), Duration.ofMillis(200))));
                Raw raw = new Raw(idle)) {
            raw.exchange("GET /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n");
            raw.rest();
            assertThat(idle.refused(Refusal.SLOW_HEADER)).isZero();
        }
    }

    @Test
    void connections_beyondTheLimit_areCut() {
        try (TestApi few = TestApi.of(TestApi.options()
                        .withLimits(SHORT.withTimes(Duration.ofSeconds(20), Duration.ofSeconds(60))
                                .withRoom(2, 1, 1)));
                Raw first = new Raw(few);
                Raw second = new Raw(few)) {
            first.exchange("GET /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n");
            second.exchange("GET /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n");
            try (Raw third = new Raw(few)) {
                assertThat(third.rest()).isEmpty();
            }
            assertThat(few.refused(Refusal.CONNECTIONS)).isEqualTo(1);
            second.close();
            Awaitility.await().until(() -> few.get("/api/health").statusCode() == 200);
        }
    }

    @Test
    void head_thatIsTooLong_isRefused() {
        try (Raw raw = new Raw(api)) {
            assertThat(raw.exchange("GET /" + "a".repeat(9_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                    .contains(" 414 ")
                    .contains("application/problem+json");
        }
        assertThat(api.refused(Refusal.URL_SIZE)).isEqualTo(1);
        try (Raw raw = new Raw(api)) {
            assertThat(raw.exchange("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "a".repeat(20_000) + "\r\n\r\n"))
                    .contains(" 431 ");
        }
        assertThat(api.refused(Refusal.HEADER_SIZE)).isEqualTo(1);
    }

    @Test
    void nonsense_isRefused() {
        try (Raw raw = new Raw(api)) {
            assertThat(raw.exchange("\u0016\u0003\u0001 hello\r\n\r\n")).contains(" 400 ");
        }
        assertThat(api.refused(Refusal.MALFORMED)).isEqualTo(1);
    }

    @Test
    void unknownRoute_ofTheApi_isNotToldToStrangers() {
        refused(api.get("/api/nothing"), Refusal.UNAUTHENTICATED);
        assertThat(api.send(api.request("/api/jobs").DELETE()).statusCode()).isEqualTo(401);
        assertThat(api.get("/icon.svg").statusCode()).isEqualTo(200);
    }

    @Test
    void rates_letABurstThroughAndThenOneAtATime() {
        HttpLimits.Rates rates = new HttpLimits.Rates(2, 3, 5, 10);
        try (TestApi slow = TestApi.of(TestApi.options().withLimits(HttpLimits.DEFAULTS.with(rates)))) {
            for (int i = 0; i < 3; i++) {
                assertThat(slow.get("/api/health").statusCode()).isEqualTo(200);
            }
            HttpResponse<String> refused = slow.get("/api/health");
            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.headers().firstValue("Retry-After")).hasValue("1");
            assertThat(slow.refused(Refusal.RATE)).isEqualTo(1);
            slow.nanos.addAndGet(500_000_000);
            assertThat(slow.get("/api/health").statusCode()).isEqualTo(200);
            assertThat(slow.get("/api/health").statusCode()).isEqualTo(429);
        }
    }

    @Test
    void login_givesACookieThatOpensTheApiUntilLogout() {
        HttpResponse<String> login = api.post("/api/login", "{\"token\":\"" + TestApi.TOKEN + "\"}");
        assertThat(login.statusCode()).isEqualTo(200);
        String set = login.headers().firstValue("Set-Cookie").orElseThrow();
        assertThat(set).matches("gradwatch_session_0=[\\w-]{43}; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict");
        String cookie = set.substring(0, set.indexOf(';'));
        assertThat(api.get("/api/jobs", "Cookie", "a=b; " + cookie).statusCode())
                .isEqualTo(200);

        HttpResponse<String> forged = api.post("/api/mutes", "{\"job\":\"a\",\"for\":\"1h\"}", "Cookie", cookie);
        assertThat(forged.statusCode()).isEqualTo(403);
        assertThat(api.refused(Refusal.CSRF)).isEqualTo(1);
        assertThat(api.directory.muted).isEmpty();
        assertThat(api.post("/api/mutes", "{\"job\":\"a\",\"for\":\"1h\"}", "Cookie", cookie, "X-Gradwatch", "1")
                        .statusCode())
                .isEqualTo(201);
        assertThat(api.post(
                                "/api/mutes",
                                "{\"job\":\"a\",\"for\":\"1h\"}",
                                "Cookie",
                                cookie,
                                "Origin",
                                "http://127.0.0.1:" + api.port())
                        .statusCode())
                .isEqualTo(201);

        HttpResponse<String> logout = api.post("/api/logout", "", "Cookie", cookie, "X-Gradwatch", "1");
        assertThat(logout.headers().firstValue("Set-Cookie"))
                .hasValueSatisfying(ends -> assertThat(ends).contains("Max-Age=0"));
        assertThat(api.get("/api/jobs", "Cookie", cookie).statusCode()).isEqualTo(401);
    }

    @Test
    void session_isOverAfterItsTime() {
        HttpResponse<String> login = api.post("/api/login", "{\"token\":\"" + TestApi.TOKEN + "\"}");
        String set = login.headers().firstValue("Set-Cookie").orElseThrow();
        String cookie = set.substring(0, set.indexOf(';'));
        api.epochSeconds.addAndGet(Duration.ofHours(12).toSeconds() - 1);
        assertThat(api.get("/api/jobs", "Cookie", cookie).statusCode()).isEqualTo(200);
        api.epochSeconds.addAndGet(1);
        assertThat(api.get("/api/jobs", "Cookie", cookie).statusCode()).isEqualTo(401);
    }

    @Test
    void logins_areFiveAMinute() {
        HttpLimits.Rates rates = new HttpLimits.Rates(1e6, 1_000, 5, 10);
        try (TestApi strict = TestApi.of(
                TestApi.options().withToken(TokenHash.of(TestApi.TOKEN)).withLimits(HttpLimits.DEFAULTS.with(rates)))) {
            for (int i = 0; i < 5; i++) {
                assertThat(strict.post("/api/login", "{\"token\":\"guess" + i + "\"}")
                                .statusCode())
                        .isEqualTo(401);
            }
            assertThat(strict.post("/api/login", "{\"token\":\"" + TestApi.TOKEN + "\"}")
                            .statusCode())
                    .isEqualTo(429);
            assertThat(strict.refused(Refusal.LOGIN_RATE)).isEqualTo(1);
            strict.nanos.addAndGet(12_000_000_001L);
            assertThat(strict.post("/api/login", "{\"token\":\"" + TestApi.TOKEN + "\"}")
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void everyEndpoint_isForPeopleUnlessItIsListed() {
        List<String> open = api.api.endpoints().stream()
                .filter(endpoint -> endpoint.access() == Endpoint.Access.ANYONE)
                .map(endpoint -> endpoint.method() + " " + endpoint.path())
                .toList();
        assertThat(open).containsExactlyInAnyOrderElementsOf(OPEN);
        assertThat(api.api.endpoints())
                .allMatch(endpoint -> List.of(HttpMethod.GET, HttpMethod.POST).contains(endpoint.method()));
    }
}
