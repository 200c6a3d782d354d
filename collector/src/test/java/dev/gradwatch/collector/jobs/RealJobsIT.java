package dev.gradwatch.collector.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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

    private static final Pattern TORCHS_NAMES =
            Pattern.compile("Parameters which did not receive grad for rank \\d+: (.+)");

    private static final int MOST_TRIES = 3;

    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> job_onTorch213() throws IOException {
        String python = Launched.python("GRADWATCH_PYTHON", "2.13");
        return Stream.of(rows("scenarios.py", "expected.json"), rows("more.py", "more-expected.json"))
                .flatMap(List::stream)
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
        String python = Launched.python("GRADWATCH_PYTHON_OLD", "1.13");
        return rows("scenarios.py", "expected.json").stream()
                .filter(row -> chosen(row.name()) && row.alikeOnBoth())
                .filter(row -> all() || row.json().path("mode").asText().equals("default"))
                .map(row -> DynamicTest.dynamicTest(
                        row.name(),
                        () -> holds(
                                row,
                                "1.13",
                                List.of(
                                        python,
                                        Launched.JOBS.resolve("launch.py").toString(),
                                        "--port"))));
    }

    /** Torch prints names where TORCH_DISTRIBUTED_DEBUG asks for them; those of the findings must be the same. */
    @TestFactory
    Stream<DynamicTest> names_equalTorchsOwn() throws IOException {
        String python = Launched.python("GRADWATCH_PYTHON", "2.13");
        return rows("scenarios.py", "expected.json").stream()
                .filter(row -> chosen(row.name()) && row.diesOfUnusedParameters())
                .map(row -> DynamicTest.dynamicTest(row.name(), () -> {
                    Outcome outcome = run(row, "names", Map.of("TORCH_DISTRIBUTED_DEBUG", "INFO"), torchrun(python));
                    Set<String> torchs = TORCHS_NAMES
                            .matcher(outcome.printed())
                            .results()
                            .flatMap(match -> Stream.of(match.group(1).split(", ", -1)))
                            .map(String::strip)
                            .collect(Collectors.toCollection(TreeSet::new));
                    Set<String> ours = new TreeSet<>();
                    outcome.report().path("findings").forEach(finding -> {
                        if (finding.path("severity").asText().equals("error")) {
                            finding.path("parameters").forEach(name -> ours.add(name.asText()));
                        }
                    });
                    assertThat(torchs).as(outcome.printed()).isNotEmpty().isEqualTo(ours);
                }));
    }

    private static List<String> torchrun(String python) {
        return List.of(python, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--master-port");
    }

    private void holds(Row row, String torch, List<String> launcher) throws Exception {
        Outcome outcome = run(row, torch, Map.of(), launcher);
        boolean died =
                row.json().path("seen").path(torch).path("outcome").asText().equals("error");
        assertThat(outcome.status() != 0).as(outcome.printed()).isEqualTo(died);
        assertThat(ExpectedFindings.differences(row.json().path("findings"), outcome.report(), died))
                .as(outcome.printed())
                .isEmpty();
    }

    private Outcome run(Row row, String torch, Map<String, String> environment, List<String> launcher)
            throws Exception {
        Path report = folder.resolve(row.name() + "." + torch + ".json");
        Path output = folder.resolve(row.name() + "." + torch + ".log");
        List<String> command =
                new ArrayList<>(List.of(Launched.gradwatch(), "run", "--no-http", "--report", report.toString(), "--"));
        command.addAll(launcher);
        command.addAll(List.of(
                Launched.freePort(),
                Launched.JOBS.resolve(row.file()).toString(),
                row.json().path("scenario").asText(),
                "--mode",
                row.json().path("mode").asText(),
                "--steps",
                Integer.toString(row.steps())));
        Outcome outcome;
        int tries = 0;
        do {
            try (Launched job = Launched.start(output, environment, command)) {
                int status = job.await();
                outcome = new Outcome(status, job.printed(), JSON.readTree(report.toFile()));
            }
        } while (outcome.printed().contains(Launched.TORCHS_ABORT) && ++tries < MOST_TRIES);
        return outcome;
    }

    private static List<Row> rows(String file, String expected) {
        try {
            List<Row> rows = new ArrayList<>();
            JSON.readTree(Launched.JOBS.resolve(expected).toFile()).forEach(json -> rows.add(new Row(file, json)));
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

    /** What a job under {@code gradwatch run} left. */
    private record Outcome(int status, String printed, JsonNode report) {}

    /** A row of expected.json. */
    private record Row(String file, JsonNode json) {
        String name() {
            return json.path("scenario").asText() + "." + json.path("mode").asText();
        }

        int steps() {
            return json.path("steps").asInt(6);
        }

        boolean diesOfUnusedParameters() {
            return json.path("seen")
                    .path("2.13")
                    .path("errors")
                    .toString()
                    .contains("Expected to have finished reduction");
        }

        boolean alikeOnBoth() {
            JsonNode old = json.path("seen").path("1.13");
            JsonNode now = json.path("seen").path("2.13");
            return Stream.of("outcome", "ranks_hold_same_weights", "steps")
                    .allMatch(key -> old.path(key).equals(now.path(key)));
        }
    }
}
