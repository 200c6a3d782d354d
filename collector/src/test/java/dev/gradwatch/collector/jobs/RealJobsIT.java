package dev.gradwatch.collector.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real two-rank DDP jobs under the built {@code gradwatch run}, as a stranger would start them. Representative jobs by default, all of them with
 * {@code -Djobs=all}, those whose {@code JOB.MODE} contains TEXT with {@code -Djobs=TEXT}.
 */
class RealJobsIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path JOBS = Path.of("src/test/resources/ddp").toAbsolutePath();
    private static final long SECONDS = 180;

    private static final Set<String> REPRESENTATIVE = Set.of(
            "all_used.find",
            "never_called.default",
            "called_then_dropped.find",
            "deep_supervision.default",
            "deep_supervision.static",
            "tied_weights.default",
            "alternating_steps.default",
            "late_first_use.static",
            "one_rank_only.default",
            "data_dependent_experts.default",
            "data_dependent_experts.static",
            "frozen_after_wrap.default",
            "unfrozen_after_wrap.default",
            "zero_weight.default",
            "checkpoint_reentrant.find",
            "checkpoint_reentrant_twice.default",
            "no_sync_varying_use.static",
            "forward_outside_ddp.default",
            "exploding.default",
            "not_a_number.default",
            "gan.default",
            "accumulation.default",
            "grad_scaler.default",
            "copies_and_saves.default",
            "two_backwards.default",
            "no_targets.default",
            "user_error.default",
            "killed.default",
            "fully_sharded.default");

    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> job_onTorch213() throws IOException {
        String python = python("GRADWATCH_PYTHON", "2.13");
        return Stream.of("scenarios.py expected.json", "more.py more-expected.json")
                .flatMap(pair -> rows(pair.split(" ")[0], pair.split(" ")[1]).stream())
                .filter(row -> chosen(row.name()))
                .map(row -> DynamicTest.dynamicTest(
                        row.name() + "." + row.steps(),
                        () -> holds(
                                row,
                                "2.13",
                                List.of(
                                        python,
                                        "-m",
                                        "torch.distributed.run",
                                        "--nproc-per-node",
                                        "2",
                                        "--master-port"))));
    }

    @TestFactory
    Stream<DynamicTest> job_onTorch113() throws IOException {
        String python = python("GRADWATCH_PYTHON_OLD", "1.13");
        return rows("scenarios.py", "expected.json").stream()
                .filter(row -> chosen(row.name()) && row.alikeOnBoth())
                .filter(row -> all() || row.json().path("mode").asText().equals("default"))
                .map(row -> DynamicTest.dynamicTest(
                        row.name(),
                        () -> holds(
                                row,
                                "1.13",
                                List.of(python, JOBS.resolve("launch.py").toString(), "--port"))));
    }

    private void holds(Row row, String torch, List<String> launcher) throws Exception {
        Path report = folder.resolve(row.name() + "." + torch + ".json");
        Path output = folder.resolve(row.name() + "." + torch + ".log");
        List<String> command = new ArrayList<>(
                List.of(ROOT.resolve("gradwatch").toString(), "run", "--no-http", "--report", report.toString(), "--"));
        command.addAll(launcher);
        command.addAll(List.of(
                freePort(),
                JOBS.resolve(row.file()).toString(),
                row.json().path("scenario").asText(),
                "--mode",
                row.json().path("mode").asText(),
                "--steps",
                Integer.toString(row.steps())));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("OMP_NUM_THREADS", "1");
        Process process = builder.start();
        boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
        process.destroyForcibly();
        String printed = Files.readString(output);
        assertThat(ended).as(printed).isTrue();
        boolean died =
                row.json().path("seen").path(torch).path("outcome").asText().equals("error");
        assertThat(process.exitValue() != 0).as(printed).isEqualTo(died);
        assertThat(ExpectedFindings.differences(row.json().path("findings"), JSON.readTree(report.toFile()), died))
                .as(printed)
                .isEmpty();
    }

    private static List<Row> rows(String file, String expected) {
        try {
            List<Row> rows = new ArrayList<>();
            JSON.readTree(JOBS.resolve(expected).toFile()).forEach(json -> rows.add(new Row(file, json)));
            return rows;
        } catch (IOException e) {
            throw new IllegalStateException(expected, e);
        }
    }

    private static boolean all() {
        return System.getProperty("jobs", "").equals("all");
    }

    private static boolean chosen(String name) {
        String jobs = System.getProperty("jobs", "");
        return jobs.isEmpty() ? REPRESENTATIVE.contains(name) : all() || name.contains(jobs);
    }

    private static String freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return Integer.toString(socket.getLocalPort());
        }
    }

    private static String python(String variable, String torch) {
        String python = System.getenv(variable);
        if (python == null) {
            return abort(variable + " is not set (expected: a python that has torch " + torch + ")");
        }
        return python;
    }

    /** A row of expected.json. */
    private record Row(String file, JsonNode json) {
        String name() {
            return json.path("scenario").asText() + "." + json.path("mode").asText();
        }

        int steps() {
            return json.path("steps").asInt(6);
        }

        boolean alikeOnBoth() {
            JsonNode old = json.path("seen").path("1.13");
            JsonNode now = json.path("seen").path("2.13");
            return Stream.of("outcome", "ranks_hold_same_weights", "steps")
                    .allMatch(key -> old.path(key).equals(now.path(key)));
        }
    }
}
