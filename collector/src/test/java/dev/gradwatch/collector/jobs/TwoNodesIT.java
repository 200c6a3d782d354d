package dev.gradwatch.collector.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real job of four ranks on two nodes: its collectors, or its launchers, tell another, whose report is that of one that saw all itself. */
class TwoNodesIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int NODES = 2;

    @TempDir
    Path folder;

    private final List<Launched> started = new ArrayList<>();

    @AfterEach
    void end() {
        started.forEach(Launched::close);
    }

    @Test
    void collectors_tellOneWhatASingleOneSees() throws Exception {
        String python = Launched.python("GRADWATCH_PYTHON", "2.13");
        String single = collector("single");
        job(python, "single", List.of(single, single), false);
        String upper = collector("upper");
        List<String> nodes = new ArrayList<>();
        for (int node = 0; node < NODES; node++) {
            nodes.add(collector("node" + node, "--upstream", upper, "--node", "node" + node));
        }
        job(python, "upper", nodes, false);

        assertThat(comparable(report("upper"))).isEqualTo(comparable(report("single")));
        assertThat(report("upper").path("ranks")).hasSize(2 * NODES);
        assertThat(report("upper").path("findings").findValuesAsText("cause")).contains("rank_divergent");
    }

    @Test
    void launchers_tellOneWhatWasPrintedAndHowItEnded() throws Exception {
        String python = Launched.python("GRADWATCH_PYTHON", "2.13");
        String upper = collector("upper");
        job(python, "upper", List.of(upper, upper), true);

        JsonNode report = report("upper");
        assertThat(report.path("ranks")).hasSize(2 * NODES);
        assertThat(report.path("job").path("exit_code").asInt()).isNotZero();
        assertThat(report.path("job").path("command").toString()).contains("launch.py");
        assertThat(report.path("findings").findValuesAsText("source"))
                .anyMatch(source -> source.equals("node0:stderr") || source.equals("node1:stderr"));
    }

    /** Where it listens. */
    private String collector(String name, String... more) throws IOException {
        String address = "127.0.0.1:" + Launched.freePort();
        List<String> command = new ArrayList<>(List.of(
                Launched.gradwatch(),
                "collect",
                "--no-http",
                "--listen",
                address,
                "--report",
                Files.createDirectory(folder.resolve(name)).toString()));
        command.addAll(List.of(more));
        Launched collector = Launched.start(
                folder.resolve(name + ".log"),
                Map.of("XDG_STATE_HOME", folder.resolve(name + "-state").toString()),
                command);
        started.add(collector);
        await().atMost(Duration.ofSeconds(120)).until(() -> collector.hasPrinted("listening on"));
        return address;
    }

    /** Runs it to its end, of each node's two ranks at once; one that dies, where the launchers watch it. */
    private void job(String python, String name, List<String> collectors, boolean watched) throws Exception {
        String port = Launched.freePort();
        List<Launched> nodes = new ArrayList<>();
        for (int node = 0; node < NODES; node++) {
            Map<String, String> environment = new HashMap<>(Map.of(
                    "NNODES", Integer.toString(NODES),
                    "NODE_RANK", Integer.toString(node),
                    // Every pass is watched, so that both runs watch the same ones.
                    "GRADWATCH_BUDGET", "off"));
            List<String> command = new ArrayList<>();
            if (watched) {
                command.addAll(List.of(
                        Launched.gradwatch(),
                        "run",
                        "--collector",
                        collectors.get(node),
                        "--job",
                        name,
                        "--node",
                        "node" + node,
                        "--"));
            } else {
                environment.put("GRADWATCH_COLLECTOR", collectors.get(node));
                environment.put("GRADWATCH_JOB", "job");
                environment.put("PYTHONPATH", Launched.INJECTED);
            }
            command.addAll(List.of(python, Launched.JOBS.resolve("launch.py").toString(), "--port", port));
            command.addAll(List.of(
                    Launched.JOBS.resolve(watched ? "scenarios.py" : "more.py").toString(),
                    watched ? "never_called" : "steady",
                    "--mode",
                    watched ? "default" : "find",
                    "--steps",
                    watched ? "6" : "40"));
            Launched launched = Launched.start(folder.resolve(name + "-job" + node + ".log"), environment, command);
            started.add(launched);
            nodes.add(launched);
        }
        for (Launched node : nodes) {
            int status = node.await();
            assertThat(status != 0 && !node.hasPrinted(Launched.TORCHS_ABORT))
                    .as(node.printed())
                    .isEqualTo(watched);
        }
        await().atMost(Duration.ofSeconds(60)).until(() -> reportIn(name) != null);
    }

    private JsonNode report(String name) throws IOException {
        return JSON.readTree(reportIn(name).toFile());
    }

    private Path reportIn(String name) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve(name))) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .findFirst()
                    .orElse(null);
        }
    }

    /** Without what differs from run to run: process ids, times. */
    private static JsonNode comparable(JsonNode report) {
        ObjectNode kept = JSON.createObjectNode();
        kept.set("models", report.path("models"));
        kept.set("findings", report.path("findings"));
        for (JsonNode rank : report.path("ranks")) {
            kept.withArray("ranks")
                    .add(rank.path("rank") + " " + rank.path("host") + " " + rank.path("device") + " "
                            + rank.path("steps") + " " + rank.path("watched_steps") + " " + rank.path("state") + " "
                            + rank.path("error"));
        }
        return kept;
    }
}
