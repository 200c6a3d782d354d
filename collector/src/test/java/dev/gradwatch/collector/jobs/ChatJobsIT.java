package dev.gradwatch.collector.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real two-rank job whose head gets no gradient: the team hears of it while it runs, each channel in its own form. */
class ChatJobsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir
    Path folder;

    @Test
    void unusedHead_isToldInTheChatsWhileTheJobRuns() throws Exception {
        String python = Launched.python("GRADWATCH_PYTHON", "2.13");
        String reporters = "127.0.0.1:" + Launched.freePort();
        String http = "127.0.0.1:" + Launched.freePort();
        try (ChatServer chat = ChatServer.start();
                Launched collector = Launched.start(
                        Files.createDirectory(folder.resolve("collector")).resolve("collect.log"),
                        Map.of("TEAM_URL", chat.url("/services/T0/B0/abc")),
                        List.of(
                                Launched.gradwatch(),
                                "collect",
                                "--listen",
                                reporters,
                                "--http",
                                http,
                                "--config",
                                config(chat).toString()))) {
            await().atMost(PATIENCE).until(() -> collector.hasPrinted("webhooks: "));
            assertThat(collector.printed())
                    .contains("their links lead to http://" + http)
                    .doesNotContain("/abc");
            try (Launched job = Launched.start(
                    Files.createDirectory(folder.resolve("job")).resolve("job.log"),
                    Map.of(
                            "GRADWATCH_COLLECTOR",
                            reporters,
                            "GRADWATCH_JOB",
                            "seg-042",
                            "PYTHONPATH",
                            Launched.INJECTED),
                    deepSupervision(python))) {
                await().atMost(PATIENCE)
                        .until(() -> !chat.got("/all").isEmpty()
                                && !chat.got("/services/T0/B0/abc").isEmpty());
                assertThat(job.isRunning()).as(job.printed()).isTrue();
            }
            ChatServer.Got generic = chat.got("/all").get(0);
            assertThat(generic.body().path("kind").asText()).isEqualTo("opened");
            assertThat(generic.body().path("alert").path("job").asText()).isEqualTo("seg-042");
            assertThat(generic.body().path("alert").path("cause").asText()).isEqualTo("output_not_in_loss");
            assertThat(generic.body().path("alert").path("modules").path(0).asText())
                    .isEqualTo("seg_layers.0");
            linkOpens(generic.body().path("link").asText(), http);

            ChatServer.Got slack = chat.got("/services/T0/B0/abc").get(0);
            assertThat(slack.body().toString())
                    .contains("seg_layers.0", "警告", "修复")
                    .contains("http://" + http + "/#/jobs/seg-042?finding=");

            JsonNode channels = get("http://" + http + "/api/channels").path("channels");
            assertThat(channels).hasSize(2).allSatisfy(channel -> {
                assertThat(channel.path("sent").asInt()).isPositive();
                assertThat(channel.path("last_error").isNull()).isTrue();
            });
            assertThat(body("http://" + http + "/metrics"))
                    .containsPattern("gradwatch_webhook_sent_total\\{channel=\"all\",kind=\"generic\"\\} [1-9]")
                    .contains("gradwatch_webhook_failed_total{channel=\"team\",kind=\"slack\"} 0.0");
            tellHowSoon(generic, slack);
        }
    }

    /** Not asserted closely: a loaded machine may take its time. */
    private static void tellHowSoon(ChatServer.Got... messages) {
        Instant opened =
                Instant.parse(messages[0].body().path("alert").path("opened").asText());
        for (ChatServer.Got message : messages) {
            Duration after = Duration.between(opened, message.at());
            System.out.println(message.path().substring(0, 4) + ": " + after.toMillis() + " ms after the alert opened");
            assertThat(after).isBetween(Duration.ZERO, Duration.ofSeconds(20));
        }
    }

    private Path config(ChatServer chat) throws IOException {
        return Files.writeString(folder.resolve("collect.yaml"), """
                webhooks:
                  - {name: team, kind: slack, url_env: TEAM_URL, language: zh, jobs: ["seg-*"]}
                  - {name: all, kind: generic, url_file: %s, min_severity: warning}
                """.formatted(
                        Files.writeString(folder.resolve("url"), chat.url("/all") + "\n")));
    }

    private static List<String> deepSupervision(String python) throws IOException {
        return List.of(
                python,
                "-m",
                "torch.distributed.run",
                "--nproc-per-node",
                "2",
                "--master-port",
                Launched.freePort(),
                Launched.JOBS.resolve("scenarios.py").toString(),
                "deep_supervision",
                "--mode",
                "find",
                "--steps",
                "1000000");
    }

    /** What is behind the # is the page's own: that it shows the finding is for its tests to say. */
    private static void linkOpens(String link, String http) throws Exception {
        assertThat(link).startsWith("http://" + http + "/#/jobs/seg-042?finding=output_not_in_loss");
        assertThat(body(link.substring(0, link.indexOf('#')))).contains("<title>");
        assertThat(get("http://" + http + "/api/jobs/seg-042/report").path("findings"))
                .anySatisfy(finding -> assertThat(finding.path("id").asText()).startsWith("output_not_in_loss/"));
    }

    private static JsonNode get(String url) throws Exception {
        return JSON.readTree(body(url));
    }

    private static String body(String url) throws Exception {
        HttpResponse<String> answer =
                CLIENT.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body();
    }
}
