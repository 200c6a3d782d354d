package dev.gradwatch.collector.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code GRADWATCH_COLLECTOR=… torchrun …}, several at once beside one {@code collect}: each job is told what {@code run} tells of it. */
class CollectedJobsIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int MOST_TRIES = 3;

    /** Scenario and mode. */
    private static final List<List<String>> JOBS = List.of(
            List.of("deep_supervision", "default"),
            List.of("one_rank_only", "find"),
            List.of("never_called", "static"),
            List.of("all_used", "find"));

    @TempDir
    Path folder;

    private final List<Launched> started = new ArrayList<>();

    @AfterEach
    void end() {
        started.forEach(Launched::close);
    }

    @Test
    void jobsBesideOneCollector_areToldWhatRunTellsOfEach() throws Exception {
        String python = Launched.python("GRADWATCH_PYTHON", "2.13");
        Path reports = Files.createDirectory(folder.resolve("reports"));
        String address = "127.0.0.1:" + Launched.freePort();
        Launched collector = started(Launched.start(
                folder.resolve("collect.log"),
                Map.of(),
                List.of(
                        Launched.gradwatch(),
                        "collect",
                        "--no-http",
                        "--listen",
                        address,
                        "--report",
                        reports.toString())));
        await().atMost(Duration.ofSeconds(120)).until(() -> collector.hasPrinted("listening on"));

        Map<String, Launched> running = new LinkedHashMap<>();
        for (List<String> job : JOBS) {
            running.put(name(job), started(collected(python, address, job, name(job))));
        }
        for (Map.Entry<String, Launched> job : running.entrySet()) {
            job.getValue().await();
        }
        for (List<String> job : JOBS) {
            String id = name(job);
            for (int again = 1; running.get(id).hasPrinted(Launched.TORCHS_ABORT) && again < MOST_TRIES; again++) {
                id = name(job) + "-" + again;
                running.put(id, started(collected(python, address, job, id)));
                running.get(id).await();
            }
            Path report = reports.resolve(id + ".json");
            await().atMost(PATIENCE).until(() -> Files.exists(report));
            assertThat(findings(JSON.readTree(report.toFile())))
                    .as(running.get(id).printed())
                    .isEqualTo(findings(ran(python, job)));
        }
        collector.stop();
        assertThat(collector.await()).as(collector.printed()).isZero();
    }

    private Launched started(Launched process) {
        started.add(process);
        return process;
    }

    private static String name(List<String> job) {
        return String.join(".", job);
    }

    private Launched collected(String python, String address, List<String> job, String id) throws IOException {
        return Launched.start(
                folder.resolve(id + ".log"),
                Map.of("GRADWATCH_COLLECTOR", address, "GRADWATCH_JOB", id, "PYTHONPATH", Launched.INJECTED),
                torchrun(python, job));
    }

    private JsonNode ran(String python, List<String> job) throws Exception {
        Path report = folder.resolve(name(job) + ".run.json");
        List<String> command =
                new ArrayList<>(List.of(Launched.gradwatch(), "run", "--no-http", "--report", report.toString(), "--"));
        command.addAll(torchrun(python, job));
        for (int tries = 1; ; tries++) {
            Launched run = started(Launched.start(folder.resolve(name(job) + ".run.log"), Map.of(), command));
            run.await();
            if (tries == MOST_TRIES || !run.hasPrinted(Launched.TORCHS_ABORT)) {
                return JSON.readTree(report.toFile());
            }
        }
    }

    private static List<String> torchrun(String python, List<String> job) throws IOException {
        return List.of(
                python,
                "-m",
                "torch.distributed.run",
                "--nproc-per-node",
                "2",
                "--master-port",
                Launched.freePort(),
                Launched.JOBS.resolve("scenarios.py").toString(),
                job.get(0),
                "--mode",
                job.get(1),
                "--steps",
                "6");
    }

    /** What is true of parameters; how processes ended is {@code run}'s to know. */
    private static TreeSet<String> findings(JsonNode report) {
        TreeSet<String> findings = new TreeSet<>();
        for (JsonNode finding : report.path("findings")) {
            if (!finding.path("parameters").isEmpty()
                    || finding.path("cause").asText().equals("flag_not_needed")) {
                findings.add(finding.path("severity").asText() + " "
                        + finding.path("id").asText() + " " + finding.path("parameters") + " ranks "
                        + finding.path("ranks"));
            }
        }
        return findings;
    }
}
