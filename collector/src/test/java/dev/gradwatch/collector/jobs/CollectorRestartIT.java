package dev.gradwatch.collector.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A collector that is killed beside a running job and started again: the job is unharmed, and nothing of it is lost. */
class CollectorRestartIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final long STEPS = 1500;

    @TempDir
    Path folder;

    @Test
    void collect_killedAndStartedAgain_reportsTheSame() throws Exception {
        String python = Launched.python("GRADWATCH_PYTHON", "2.13");
        JsonNode undisturbed = report(python, false);
        JsonNode disturbed = report(python, true);
        assertThat(disturbed.path("findings")).isEqualTo(undisturbed.path("findings"));
        assertThat(disturbed.path("findings").findValuesAsText("cause")).contains("rank_divergent");
        assertThat(counts(disturbed))
                .isEqualTo(counts(undisturbed))
                .containsEntry("0 steps", STEPS)
                .containsEntry("1 steps", STEPS)
                .containsEntry("1 watched", STEPS);
    }

    private JsonNode report(String python, boolean kill) throws Exception {
        Path reports = Files.createDirectory(folder.resolve(kill ? "killed" : "whole"));
        String address = "127.0.0.1:" + Launched.freePort();
        List<String> collect = List.of(
                Launched.gradwatch(), "collect", "--no-http", "--listen", address, "--report", reports.toString());
        List<String> job = List.of(
                python,
                Launched.JOBS.resolve("launch.py").toString(),
                "--port",
                Launched.freePort(),
                Launched.JOBS.resolve("more.py").toString(),
                "steady",
                "--mode",
                "find",
                "--steps",
                Long.toString(STEPS));
        Map<String, String> environment = Map.of(
                "GRADWATCH_COLLECTOR",
                address,
                "GRADWATCH_JOB",
                "steady",
                // Every pass is watched, so that both runs watch the same ones.
                "GRADWATCH_BUDGET",
                "off",
                "PYTHONPATH",
                Launched.INJECTED);
        Launched collector = Launched.start(reports.resolve("collect-1.log"), Map.of(), collect);
        try (Launched training = started(collector, reports, environment, job)) {
            if (kill) {
                await().atMost(Duration.ofSeconds(60)).until(() -> collectorSaw(collector));
                collector.kill();
                assertThat(training.isRunning())
                        .as("the job ended too soon to be disturbed")
                        .isTrue();
            }
            try (Launched again =
                    kill ? Launched.start(reports.resolve("collect-2.log"), Map.of(), collect) : collector) {
                assertThat(training.await() == 0 || training.hasPrinted(Launched.TORCHS_ABORT))
                        .as(training.printed())
                        .isTrue();
                await().atMost(Duration.ofSeconds(60)).until(() -> reportIn(reports) != null);
                again.stop();
                assertThat(again.await()).as(again.printed()).isZero();
            }
        } finally {
            collector.close();
        }
        return JSON.readTree(reportIn(reports).toFile());
    }

    private static Launched started(Launched collector, Path reports, Map<String, String> environment, List<String> job)
            throws IOException {
        await().atMost(Duration.ofSeconds(120)).until(() -> collector.hasPrinted("listening on"));
        return Launched.start(reports.resolve("job.log"), environment, job);
    }

    private static boolean collectorSaw(Launched collector) {
        return collector.hasPrinted("steady");
    }

    private static Path reportIn(Path reports) throws IOException {
        try (Stream<Path> files = Files.list(reports)) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .findFirst()
                    .orElse(null);
        }
    }

    private static Map<String, Long> counts(JsonNode report) {
        Map<String, Long> counts = new TreeMap<>();
        for (JsonNode rank : report.path("ranks")) {
            counts.put(rank.path("rank") + " steps", rank.path("steps").asLong());
            counts.put(
                    rank.path("rank") + " watched", rank.path("watched_steps").asLong());
        }
        return counts;
    }
}
