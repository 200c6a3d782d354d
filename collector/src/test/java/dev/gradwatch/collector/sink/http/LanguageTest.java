package dev.gradwatch.collector.sink.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the collector says itself, in the language that is asked for. */
class LanguageTest {
    private static final String JOB = "/api/jobs/" + TestApi.encoded(FakeDirectory.JOB);
    private static final String ALERT = "/api/alerts/" + FakeDirectory.ALERT;

    /** After the fake clock's now. */
    private static final long LATER = 1_767_225_800_000_000L;

    private static final String TITLE = "decoder.seg_layers.0 已计算并返回，但未参与损失计算";
    private static final String DETAIL = "在观察到的 1 步中，66 个参数张量中的 2 个未收到梯度（在两个 rank 上）。";

    private final TestApi api = TestApi.open();
    private final List<Raw> clients = new ArrayList<>();

    @AfterEach
    void stop() {
        clients.forEach(Raw::close);
        api.close();
    }

    @Test
    void jobs_haveTheirWorstFindingsTitleInIt() {
        assertThat(asked("/api/jobs?lang=zh").path("jobs").get(0).path("title").asText())
                .isEqualTo(TITLE);
        assertThat(asked(JOB + "?lang=zh").path("title").asText()).isEqualTo(TITLE);
    }

    @Test
    void report_isInIt_andLeavesNamesSnippetsAndLogs() {
        JsonNode english = asked(JOB + "/report").path("findings").get(0);
        JsonNode finding = asked(JOB + "/report?lang=zh").path("findings").get(0);

        assertThat(finding.path("title").asText()).isEqualTo(TITLE);
        assertThat(finding.path("detail").asText()).isEqualTo(DETAIL);
        for (String member : List.of("id", "cause", "parameters", "modules", "ranks", "evidence", "log")) {
            assertThat(finding.path(member)).as(member).isEqualTo(english.path(member));
        }
        assertThat(finding.path("advice").get(0).path("snippet"))
                .isEqualTo(english.path("advice").get(0).path("snippet"));
    }

    @Test
    void alerts_areInIt_andTheirLifeToo() {
        assertThat(asked("/api/alerts?lang=zh")
                        .path("alerts")
                        .get(0)
                        .path("title")
                        .asText())
                .isEqualTo(TITLE);
        JsonNode alert = asked(ALERT + "?lang=zh");
        assertThat(alert.path("detail").asText()).isEqualTo(DETAIL);
        assertThat(alert.path("history").get(0).path("title").asText()).isEqualTo(TITLE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/jobs", "/api/alerts"})
    void english_isTheSameAsNone(String path) {
        assertThat(api.get(path + "?lang=en").body()).isEqualTo(api.get(path).body());
        assertThat(api.get(path + "?lang=zh").body()).isNotEqualTo(api.get(path).body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/jobs", "/api/alerts", "/api/events"})
    void unknownLanguage_isRefused_withWhatWasExpected(String path) {
        var answer = api.get(path + "?lang=fr");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(TestApi.json(answer).path("detail").asText()).isEqualTo("lang: fr (expected: en or zh)");
        assertThat(TestApi.json(answer).path("expected").asText()).isEqualTo("en or zh");
    }

    @Test
    void event_isToldToEachClientInItsOwnLanguage() throws IOException {
        Raw chinese = listening("?lang=zh");
        Raw english = listening("");

        api.directory.happens(LATER);

        assertThat(alert(chinese).path("title").asText()).isEqualTo(TITLE);
        assertThat(alert(english).path("title").asText())
                .isEqualTo("decoder.seg_layers.0 is computed and returned, but the loss never uses it");
    }

    private JsonNode asked(String path) {
        return TestApi.json(api.get(path));
    }

    private Raw listening(String query) {
        Raw raw = new Raw(api);
        clients.add(raw);
        raw.send("GET /api/events" + query + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertThat(raw.head()).startsWith("HTTP/1.1 200");
        while (!raw.line().startsWith("id: ")) {
            // The hello.
        }
        return raw;
    }

    private static JsonNode alert(Raw raw) throws IOException {
        String line = raw.line();
        while (!line.startsWith("data: ")) {
            line = raw.line();
        }
        return Json.MAPPER.readTree(line.substring(6)).path("alert");
    }
}
