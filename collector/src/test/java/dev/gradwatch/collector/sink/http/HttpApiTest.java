package dev.gradwatch.collector.sink.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gradwatch.collector.model.AlertState;
import dev.gradwatch.collector.model.GpuDriver;
import dev.gradwatch.collector.model.GpuThresholds;
import dev.gradwatch.collector.model.JobSummary;
import dev.gradwatch.collector.model.Mute;
import dev.gradwatch.collector.model.PassUsage;
import dev.gradwatch.collector.sink.http.Directory.ParameterQuery;
import dev.gradwatch.collector.sink.store.Store.JobQuery;
import dev.gradwatch.collector.sink.store.Store.SeriesFilter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpApiTest {
    private static final String JOB = "/api/jobs/" + TestApi.encoded(FakeDirectory.JOB);
    private static final String ALERT = "/api/alerts/" + FakeDirectory.ALERT;

    private final TestApi api = TestApi.open();

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void health_saysHowTheStoreIs() {
        assertThat(TestApi.json(api.get("/api/health"))
                        .path("store")
                        .path("kind")
                        .asText())
                .isEqualTo("sqlite");
        assertThat(TestApi.json(api.get("/api/health")).path("reporter_port").asInt())
                .isEqualTo(7_787);
        api.directory.storeAway = true;
        assertThat(TestApi.json(api.get("/api/health")).path("status").asText()).isEqualTo("degraded");
    }

    @Test
    void jobs_takesFiltersAndWindow() {
        JsonNode jobs = TestApi.json(api.get("/api/jobs?text=a%20b&state=failed&offset=20&limit=7"));
        assertThat(jobs.path("total").asInt()).isEqualTo(1);
        assertThat(jobs.path("jobs").get(0).path("id").asText()).isEqualTo(FakeDirectory.JOB);
        assertThat(api.directory.asked).containsExactly(new JobQuery("a b", JobSummary.State.FAILED, 20, 7));
    }

    @Test
    void jobs_comeInTheOrderAskedFor_withWhatTheyDidLately() {
        JsonNode job = TestApi.json(api.get("/api/jobs?sort=worst&recent=true"))
                .path("jobs")
                .get(0);
        assertThat(job.path("recent").toString())
                .isEqualTo("{\"series\":\"gpu_percent\",\"span_seconds\":10,\"values\":[40.0,97.5]}");
        assertThat(TestApi.json(api.get("/api/jobs")).path("jobs").get(0).has("recent"))
                .isFalse();
        assertThat(api.directory.orders).containsExactly(Directory.JobOrder.WORST, Directory.JobOrder.NEWEST);
        assertThat(api.get("/api/jobs?sort=best").body()).contains("sort: best (expected: newest, worst or name)");
        assertThat(api.get("/api/jobs?recent=1").body()).contains("recent: 1 (expected: true or false)");
    }

    @Test
    void job_isFoundByAnyId() {
        JsonNode job = TestApi.json(api.get(JOB));
        assertThat(job.path("id").asText()).isEqualTo(FakeDirectory.JOB);
        assertThat(job.path("started").asText()).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(job.path("since_last_run").path("still_there").get(0).asText())
                .isEqualTo("b");
        JsonNode cost = job.path("find_unused_cost");
        assertThat(cost.at("/with/step_seconds").asDouble()).isEqualTo(0.0125);
        assertThat(cost.at("/without/job").asText()).isEqualTo("before");
        assertThat(cost.path("difference_seconds").asDouble()).isEqualTo(0.0005);
        assertThat(cost.path("percent").asDouble()).isEqualTo(4.17);
    }

    @ParameterizedTest
    @CsvSource({"%2E%2E,..", "a%2Fb,a/b", "a+b,a+b", "%25,%", "x;y,x;y", "%F0%9F%94%A5,\uD83D\uDD25"})
    void job_unknown_is404WithItsId(String path, String id) {
        HttpResponse<String> response = api.get("/api/jobs/" + path);
        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(TestApi.json(response).path("detail").asText()).isEqualTo("job: " + id + " is not known");
    }

    @Test
    void report_isTheDirectorysOwn() {
        assertThat(TestApi.json(api.get(JOB + "/report")).path("schema").asText())
                .isEqualTo("gradwatch.report/1");
    }

    @Test
    void parameters_haveAValueForEachRank() {
        JsonNode page = TestApi.json(api.get(JOB + "/parameters?model=0&text=head&mark=never,used&offset=1&limit=2"));
        assertThat(page.toString())
                .isEqualTo(
                        "{\"ranks\":[0,1],\"total\":1,\"parameters\":[{\"model\":0,\"index\":3,\"name\":\"head.weight\","
                                + "\"aliases\":[\"tied.weight\"],\"shape\":[2,4],\"dtype\":\"float32\",\"trainable\":true,"
                                + "\"marks\":[\"used\",\"never\"],\"used\":[5,0],\"watched\":[6,6],\"last_used\":[4,null],"
                                + "\"last_norm\":[1.5,null],\"max_norm\":[\"NaN\",\"Infinity\"]}]}");
        assertThat(api.directory.asked).containsExactly(new ParameterQuery(0, "head", Set.of("never", "used"), 1, 2));
    }

    @Test
    void marks_sayEachPatternOnce() {
        JsonNode page = TestApi.json(api.get(JOB + "/parameters?form=marks&mark=never"));
        assertThat(page.toString())
                .isEqualTo("{\"ranks\":[0,1],\"total\":7,\"patterns\":[\"uu\",\"un\"],\"parameters\":["
                        + "{\"model\":0,\"index\":2,\"name\":\"body.weight\",\"pattern\":0},"
                        + "{\"model\":0,\"index\":3,\"name\":\"head.weight\",\"pattern\":1}]}");
        assertThat(api.directory.asked).containsExactly(new ParameterQuery(null, "", Set.of("never"), 0, 20_000));
    }

    @Test
    void marks_areWrittenAgain_whereTheyChanged() {
        HttpResponse<String> before = api.get(JOB + "/parameters?form=marks");
        assertThat(api.get(JOB + "/parameters?form=marks").body()).isEqualTo(before.body());
        api.directory.marksOfHead = 0;
        assertThat(TestApi.json(api.get(JOB + "/parameters?form=marks")).at("/parameters/1/pattern"))
                .hasToString("0");
    }

    @Test
    void usage_hasALetterForEachColumn() {
        JsonNode usage = TestApi.json(api.get(JOB + "/usage?rank=1&columns=2&from=0&to=3"));
        assertThat(usage.toString())
                .isEqualTo(
                        "{\"rank\":1,\"model\":0,\"first\":0,\"last\":3,\"folded\":{\"first\":0,\"last\":1,\"passes\":2},"
                                + "\"columns\":[{\"first\":0,\"last\":1,\"watched\":null},{\"first\":2,\"last\":3,\"watched\":2}],"
                                + "\"parameters\":[{\"index\":3,\"name\":\"head.weight\",\"marks\":\"sn\"}]}");
        assertThat(api.directory.asked).containsExactly(new PassUsage.Asked(1, 0, 2, 0, 3));
    }

    @Test
    void usage_isOfAllRanksUnlessOneIsNamed() {
        assertThat(TestApi.json(api.get(JOB + "/usage")).path("rank").isNull()).isTrue();
        assertThat(TestApi.json(api.get(JOB + "/usage?rank=all")).path("rank").isNull())
                .isTrue();
        assertThat(api.directory.asked).containsOnly(new PassUsage.Asked(null, 0, 120, 0, Long.MAX_VALUE));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rank=some|rank: some (expected: all, or 0-2147483647)",
                "columns=401|columns: 401 (expected: 1-400)",
                "from=-1|from: -1 (expected: a backward pass, from 0 on)"
            })
    void usage_outOfBounds_is400(String query, String detail) {
        HttpResponse<String> response = api.get(JOB + "/usage?" + query);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(TestApi.json(response).path("detail").asText()).isEqualTo(detail);
    }

    @Test
    void usage_ofARankThatIsNotThere_is404WithIt() {
        HttpResponse<String> response = api.get(JOB + "/usage?rank=1&model=7");
        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(TestApi.json(response).path("detail").asText()).isEqualTo("usage: model 7 on rank 1 is not known");
    }

    @Test
    void steps_areSeriesOfPoints() {
        JsonNode steps =
                TestApi.json(api.get(JOB + "/steps?from=2026-01-01T00:00:00Z&to=2026-01-01T00:00:01.5Z&points=9"));
        JsonNode point = steps.path("series").get(0).path("points").get(0);
        assertThat(point.path("mean").asDouble()).isEqualTo(0.5);
        assertThat(steps.path("series")
                        .get(1)
                        .path("points")
                        .get(0)
                        .path("mean")
                        .asText())
                .isEqualTo("NaN");
        assertThat(api.directory.asked)
                .containsExactly(List.of(
                        new SeriesFilter(Set.of(), false), FakeDirectory.MICROS, FakeDirectory.MICROS + 1_500_000, 9));
    }

    @Test
    void steps_mayBeOfSomeSeries() {
        assertThat(api.get(JOB + "/steps?series=gpu_percent,step_time_seconds").statusCode())
                .isEqualTo(200);
        assertThat(api.directory.asked)
                .containsExactly(List.of(
                        new SeriesFilter(Set.of("gpu_percent", "step_time_seconds"), true), 0L, Long.MAX_VALUE, 300));
    }

    @Test
    void gpus_areThoseOfAllMachinesOrOne() {
        JsonNode all = TestApi.json(api.get("/api/gpus"));
        assertThat(all.path("driver").asText()).isEqualTo("550.54.15");
        assertThat(all.path("gpus")).hasSize(3);
        assertThat(all.path("gpus")
                        .path(0)
                        .path("processes")
                        .path(1)
                        .path("job")
                        .asText())
                .isEqualTo("train-7f");
        JsonNode one = TestApi.json(api.get("/api/gpus?host=node2"));
        assertThat(one.path("gpus")).hasSize(1);
        assertThat(one.path("gpus").path(0).path("state").asText()).isEqualTo("lost");
        assertThat(TestApi.json(api.get("/api/gpus?host=node3")).path("gpus")).isEmpty();
        assertThat(api.get("/api/gpus?host=" + "n".repeat(501)).statusCode()).isEqualTo(400);
    }

    @Test
    void gpus_withoutADriver_areAStateWithAHint() {
        api.directory.gpus = new Directory.GpuPage(GpuDriver.OFF, List.of(), GpuThresholds.DEFAULTS);
        assertThat(api.get("/api/gpus").body())
                .isEqualTo("{\"driver\":null,\"gpus\":[],\"state\":\"off\","
                        + "\"hint\":\"GPUs are not watched here\",\"nvml\":null,"
                        + "\"thresholds\":{\"idle_percent\":30,\"saturated_percent\":95,\"full_percent\":95}}");
    }

    @Test
    void log_namesTheFindingsThatItProves() {
        JsonNode line = TestApi.json(api.get(JOB + "/log")).path("log").get(0);
        assertThat(line.path("finding").asText()).isEqualTo("output_not_in_loss/decoder.seg_layers.0");
        assertThat(line.path("line").asInt()).isEqualTo(41);
    }

    @Test
    void alerts_areThoseInTheStates() {
        JsonNode alert = TestApi.json(api.get("/api/alerts?state=open,muted"))
                .path("alerts")
                .get(0);
        assertThat(alert.path("id").asText()).isEqualTo(FakeDirectory.ALERT);
        assertThat(alert.path("finding").asText()).isEqualTo("output_not_in_loss/decoder.seg_layers.0");
        assertThat(alert.path("opened").asText()).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(alert.path("advice").get(0).path("action").asText()).isEqualTo("use_or_drop_output");
        assertThat(api.directory.asked).containsExactly(Set.of(AlertState.OPEN, AlertState.MUTED));
        assertThat(TestApi.json(api.get("/api/alerts?state=resolved")).path("alerts"))
                .isEmpty();
    }

    @Test
    void alert_comesWithItsLife() {
        JsonNode alert = TestApi.json(api.get(ALERT));
        assertThat(alert.path("history").get(0).path("kind").asText()).isEqualTo("opened");
    }

    @Test
    void ack_takesANameAndANote() {
        assertThat(api.post(ALERT + "/ack", "{\"by\":\"ann\",\"note\":\"seen\"}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(api.send(api.request(ALERT + "/ack").POST(BodyPublishers.noBody()))
                        .statusCode())
                .isEqualTo(200);
        assertThat(api.directory.asked)
                .containsExactly(List.of(FakeDirectory.ALERT, "ann", "seen"), List.of(FakeDirectory.ALERT, "", ""));
    }

    @Test
    void muteOfAlert_namesWhatTheScopeSays() {
        HttpResponse<String> all = api.post(ALERT + "/mute", "{\"for\":\"2h\",\"by\":\"ann\",\"reason\":\"known\"}");
        assertThat(all.statusCode()).isEqualTo(201);
        Mute mute = api.directory.muted.get(0);
        assertThat(mute.job()).isEqualTo(FakeDirectory.JOB);
        assertThat(mute.cause()).isEqualTo("output_not_in_loss");
        assertThat(mute.modules()).isEqualTo("decoder.seg_layers.0");
        assertThat(mute.untilMicros() - mute.sinceMicros()).isEqualTo(7_200_000_000L);

        api.post(ALERT + "/mute", "{\"for\":\"7d\",\"scope\":[\"cause\"]}");
        assertThat(api.directory.muted.get(1).job()).isNull();
        assertThat(api.directory.muted.get(1).cause()).isEqualTo("output_not_in_loss");
        assertThat(api.directory.muted.get(1).modules()).isNull();
    }

    @Test
    void mutes_listsWhatWasMuted() {
        assertThat(api.post("/api/mutes", "{\"modules\":\"head.*\",\"for\":\"90d\"}")
                        .statusCode())
                .isEqualTo(201);
        JsonNode mute = TestApi.json(api.get("/api/mutes")).path("mutes").get(0);
        assertThat(mute.path("modules").asText()).isEqualTo("head.*");
        assertThat(mute.path("job").isNull()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/jobs?limit=0|limit: 0 (expected: 1-1000)|1-1000",
                "/api/jobs?limit=1001|limit: 1001 (expected: 1-1000)|1-1000",
                "/api/jobs?offset=-1|offset: -1 (expected: 0-1000000000)|0-1000000000",
                "/api/jobs?state=dead|state: dead (expected: running, finished, failed)|running, finished, failed",
                "/api/alerts?state=open,shut|state: shut (expected: open, acknowledged, muted, resolved)|open, acknowledged, muted, resolved",
                "/api/jobs/x/steps?points=0|points: 0 (expected: 1-5000)|1-5000",
                "/api/jobs/x/steps?from=now|from: now (expected: a time such as 2026-01-01T00:00:00Z)|a time such as 2026-01-01T00:00:00Z",
            })
    void query_outOfBounds_is400ThatSaysWhatWasExpected(String path, String detail, String expected) {
        HttpResponse<String> response = api.get(path);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        JsonNode problem = TestApi.json(response);
        assertThat(problem.path("title").asText()).isEqualTo("Bad Request");
        assertThat(problem.path("status").asInt()).isEqualTo(400);
        assertThat(problem.path("detail").asText()).isEqualTo(detail);
        assertThat(problem.path("expected").asText()).isEqualTo(expected);
        assertThat(api.directory.asked).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"for\":\"91d\",\"job\":\"a\"}|for: 91d (expected: a time such as 30m, 2h or 7d, at most 90d)",
                "{\"job\":\"a\"}|for: nothing (expected: a time such as 30m, 2h or 7d, at most 90d)",
                "{\"for\":\"1h\"}|mute: everything (expected: at least one of job, cause and modules)",
                "{\"for\":\"1h\",\"jobs\":\"a\"}|field: jobs (expected: job, cause, modules, for, by, reason)",
                "{\"for\":\"1h\",\"cause\":\"x\"}|cause: x (expected: a cause such as output_not_in_loss)",
                "{\"for\":3600}|for: number (expected: a string of at most 200 characters)",
                "[1]|body: not a JSON object (expected: a JSON object)",
                "{|body: not a JSON object (expected: a JSON object)",
            })
    void mute_malformed_is400ThatSaysWhatWasExpected(String body, String detail) {
        HttpResponse<String> response = api.post("/api/mutes", body);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(TestApi.json(response).path("detail").asText()).isEqualTo(detail);
        assertThat(api.directory.muted).isEmpty();
    }

    @Test
    void otherMethod_is405WithAllow() {
        HttpResponse<String> response = api.send(api.request("/api/mutes").DELETE());
        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.headers().firstValue("Allow")).hasValue("GET, HEAD, POST");
        assertThat(TestApi.json(response).path("detail").asText())
                .isEqualTo("method: DELETE (expected: GET, HEAD, POST)");
    }

    @ParameterizedTest
    @CsvSource({
        "/api/nothing,404",
        "/api//jobs,404",
        "/metrics/x,404",
        "/nothing.js,404",
        "/..%2Flogback.xml,404",
        "/dev/x.class,404"
    })
    void unknownRoute_is404Problem(String path, int status) {
        HttpResponse<String> response = api.get(path);
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(api.refused(Refusal.NOT_FOUND)).isEqualTo(1);
    }

    @Test
    void body_ofAnotherType_is415() {
        HttpResponse<String> response = api.send(
                api.request("/api/mutes").header("Content-Type", "text/plain").POST(BodyPublishers.ofString("{}")));
        assertThat(response.statusCode()).isEqualTo(415);
    }

    @Test
    void store_away_is503WithoutItsReason() {
        api.directory.storeAway = true;
        HttpResponse<String> response = api.get("/api/jobs");
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.headers().firstValue("Retry-After")).hasValue("5");
        assertThat(response.body()).contains("store: does not answer").doesNotContain("disk", "secret");
    }

    @Test
    void failure_is500WithoutInternals() {
        api.directory.failure = new IllegalStateException("secret of the directory");
        HttpResponse<String> response = api.get("/api/jobs");
        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.body()).doesNotContain("secret", "IllegalState");
        assertThat(api.refused(Refusal.FAILED)).isEqualTo(1);
    }

    @Test
    void get_againWithItsEtag_is304() {
        HttpResponse<String> first = api.get(JOB);
        String tag = first.headers().firstValue("ETag").orElseThrow();
        assertThat(tag).matches("\"[0-9a-f]{32}\"");
        HttpResponse<String> second = api.get(JOB, "If-None-Match", "\"x\", " + tag);
        assertThat(second.statusCode()).isEqualTo(304);
        assertThat(second.body()).isEmpty();
        assertThat(second.headers().firstValue("ETag")).hasValue(tag);
        assertThat(api.get(JOB, "If-None-Match", "\"x\"").statusCode()).isEqualTo(200);
    }

    @Test
    void get_withGzip_isPackedAndHasItsOwnTag() throws IOException {
        HttpResponse<byte[]> packed = api.send(
                api.request(JOB + "/report").header("Accept-Encoding", "br, gzip"), BodyHandlers.ofByteArray());
        assertThat(packed.headers().firstValue("Content-Encoding")).hasValue("gzip");
        String plain = api.get(JOB + "/report").body();
        assertThat(new GZIPInputStream(new ByteArrayInputStream(packed.body())).readAllBytes())
                .isEqualTo(plain.getBytes(StandardCharsets.UTF_8));
        String tag = packed.headers().firstValue("ETag").orElseThrow();
        assertThat(tag).endsWith("-gzip\"");
        assertThat(api.get(JOB + "/report", "Accept-Encoding", "gzip", "If-None-Match", tag)
                        .statusCode())
                .isEqualTo(304);
        assertThat(api.get(JOB + "/report", "Accept-Encoding", "gzip;q=0")
                        .headers()
                        .firstValue("Content-Encoding"))
                .isEmpty();
    }

    @Test
    void head_isTheSameWithoutABody() {
        HttpResponse<String> get = api.get(JOB);
        HttpResponse<String> head = api.send(api.request(JOB).method("HEAD", BodyPublishers.noBody()));
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(head.headers().firstValue("ETag")).isEqualTo(get.headers().firstValue("ETag"));
        assertThat(head.headers().firstValueAsLong("Content-Length").orElse(-1))
                .isEqualTo(get.body().getBytes(StandardCharsets.UTF_8).length);
    }

    @Test
    void everyAnswer_hasTheHeadersThatKeepAPageSafe() {
        for (String path : List.of("/api/jobs", "/api/nothing", "/metrics", "/", "/icon.svg")) {
            HttpResponse<String> response = api.get(path);
            assertThat(response.headers().firstValue("Content-Security-Policy"))
                    .hasValueSatisfying(
                            policy -> assertThat(policy).startsWith("default-src 'none'; script-src 'self'"));
            assertThat(response.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
            assertThat(response.headers().firstValue("Referrer-Policy")).hasValue("no-referrer");
            assertThat(response.headers().firstValue("Cache-Control")).isPresent();
            assertThat(response.headers().firstValue("Server")).isEmpty();
        }
    }

    @Test
    void page_isServedFromTheClassPath() {
        HttpResponse<String> file = api.get("/icon.svg");
        assertThat(file.statusCode()).isEqualTo(200);
        assertThat(file.headers().firstValue("Content-Type")).hasValue("image/svg+xml");
        assertThat(file.headers().firstValue("ETag")).isPresent();
        assertThat(api.send(api.request("/icon.svg").DELETE()).statusCode()).isEqualTo(405);
    }

    @Test
    void metrics_countRequestsByRouteAndRefusalsByReason() {
        api.get(JOB);
        api.get("/api/jobs?limit=0");
        String metrics = api.get("/metrics").body();
        assertThat(metrics)
                .contains(
                        "gradwatch_http_requests_seconds_count{method=\"GET\",route=\"/api/jobs/{id}\",status=\"200\"} 1")
                .contains("gradwatch_http_refused_total{reason=\"invalid\"} 1.0")
                .contains("gradwatch_http_refused_total{reason=\"host\"} 0.0")
                .contains("gradwatch_http_streams 0.0")
                .contains("gradwatch_http_streams_cut_total 0.0");
        assertThat(api.get("/metrics", "Accept", "application/openmetrics-text; version=1.0.0")
                        .body())
                .endsWith("# EOF\n");
    }

    @Test
    void prefix_isBeforeEveryPath() {
        try (TestApi prefixed = TestApi.of(TestApi.options().withPrefix("/tools/gradwatch"))) {
            assertThat(prefixed.get("/api/jobs").statusCode()).isEqualTo(200);
            assertThat(prefixed.get("/icon.svg").statusCode()).isEqualTo(200);
            HttpResponse<String> bare = prefixed.get("");
            assertThat(bare.statusCode()).isEqualTo(308);
            assertThat(bare.headers().firstValue("Location")).hasValue("/tools/gradwatch/");
            assertThat(new Raw(prefixed).exchange("GET /api/jobs HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                    .startsWith("HTTP/1.1 404");
        }
    }

    @Test
    void workers_full_is503() {
        try (TestApi small = TestApi.of(TestApi.options()
                .withLimits(HttpLimits.DEFAULTS.with(TestApi.NO_RATES).withRoom(10, 1, 1)))) {
            CountDownLatch latch = new CountDownLatch(1);
            small.directory.held = latch;
            Raw working = new Raw(small);
            working.send("GET /api/jobs HTTP/1.1\r\nHost: localhost\r\n\r\n");
            org.awaitility.Awaitility.await().until(() -> small.directory.asked.size() == 1);
            Raw waiting = new Raw(small);
            // Either this one waits and the next is refused, or the other way round.
            waiting.send("GET /api/jobs HTTP/1.1\r\nHost: localhost\r\n\r\n");
            Raw third = new Raw(small);
            third.send("GET /api/jobs HTTP/1.1\r\nHost: localhost\r\n\r\n");
            org.awaitility.Awaitility.await().until(() -> small.refused(Refusal.BUSY) == 1);
            latch.countDown();
            assertThat(working.head()).startsWith("HTTP/1.1 200");
            assertThat(List.of(waiting.head().substring(9, 12), third.head().substring(9, 12)))
                    .containsExactlyInAnyOrder("200", "503");
        }
    }

    @Test
    void start_onATakenPort_saysTheAddress() {
        try (HttpApi second = new HttpApi(
                HttpOptions.of(TestApi.loopback(api.port())),
                new FakeDirectory(),
                new io.micrometer.prometheusmetrics.PrometheusMeterRegistry(
                        io.micrometer.prometheusmetrics.PrometheusConfig.DEFAULT))) {
            assertThatThrownBy(second::start).isInstanceOf(IOException.class).hasMessageContaining(":" + api.port());
        }
    }

    @Test
    void options_beyondLoopbackWithoutAToken_areRefused() {
        assertThatThrownBy(() -> HttpOptions.of(new InetSocketAddress("0.0.0.0", 7788)))
                .hasMessage("http: 0.0.0.0 without a token (expected: a loopback address, or a token)");
        assertThatThrownBy(() -> HttpOptions.of(TestApi.loopback(0)).withPrefix("x/"))
                .hasMessage("path prefix: x/ (expected: empty, or such as /gradwatch)");
    }
}
