package dev.gradwatch.collector.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gradwatch.collector.source.tcp.tls.Certificates;
import dev.gradwatch.collector.source.tcp.tls.TlsFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real job of two ranks that reports over TLS, with a token, says what it says without. */
class TlsJobsIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @Test
    void job_overTls_givesTheFindingsOfOneWithout() throws Exception {
        String python = Launched.python("GRADWATCH_PYTHON", "2.13");
        TlsFiles files = new Certificates(folder).make("collector");

        JsonNode plain = findings(python, "plain", List.of(), Map.of());
        JsonNode secure = findings(
                python,
                "secure",
                List.of(
                        "--tls-cert",
                        files.certificate().toString(),
                        "--tls-key",
                        files.key().toString(),
                        "--token",
                        "s3cret"),
                Map.of("GRADWATCH_TLS_CA", files.certificate().toString(), "GRADWATCH_TOKEN", "s3cret"));

        assertThat(secure).isEqualTo(plain);
        assertThat(secure.findValuesAsText("cause")).contains("rank_divergent");
    }

    private JsonNode findings(String python, String name, List<String> options, Map<String, String> reporters)
            throws Exception {
        Path reports = Files.createDirectory(folder.resolve(name));
        String address = "127.0.0.1:" + Launched.freePort();
        List<String> collect = new ArrayList<>(List.of(
                Launched.gradwatch(), "collect", "--no-http", "--listen", address, "--report", reports.toString()));
        collect.addAll(options);
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
                "300");
        Map<String, String> environment = new HashMap<>(reporters);
        environment.put("GRADWATCH_COLLECTOR", address);
        environment.put("GRADWATCH_JOB", "steady");
        environment.put("GRADWATCH_BUDGET", "off");
        environment.put("PYTHONPATH", Launched.INJECTED);
        try (Launched collector = Launched.start(reports.resolve("collect.log"), Map.of(), collect)) {
            await().atMost(Duration.ofSeconds(120)).until(() -> collector.hasPrinted("listening on"));
            try (Launched training = Launched.start(reports.resolve("job.log"), environment, job)) {
                assertThat(training.await() == 0 || training.hasPrinted(Launched.TORCHS_ABORT))
                        .as(training.printed())
                        .isTrue();
                assertThat(training.hasPrinted("gradwatch:"))
                        .as(training.printed())
                        .isFalse();
                await().atMost(Duration.ofSeconds(60)).until(() -> reportIn(reports) != null);
                collector.stop();
                assertThat(collector.await()).as(collector.printed()).isZero();
                return JSON.readTree(reportIn(reports).toFile()).path("findings");
            }
        }
    }

    private static Path reportIn(Path reports) throws Exception {
        try (Stream<Path> files = Files.list(reports)) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .findFirst()
                    .orElse(null);
        }
    }
}
