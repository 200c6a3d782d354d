package dev.gradwatch.collector.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real DJL jobs under the built {@code gradwatch run -- java}, as a stranger would start them, on the newest DJL that is supported and on the oldest. On
 * the oldest representative jobs by default, all of them with {@code -Djobs=all}; {@code -Djobs=TEXT} runs those whose name contains it.
 */
class DjlJobsIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Set<String> REPRESENTATIVE = Set.of(
            "used",
            "never_called",
            "output_dropped",
            "times_zero",
            "unused_from_step_3",
            "frozen",
            "cnn",
            "easy_train",
            "devices");

    @TempDir
    static Path classes;

    @TempDir
    Path folder;

    @BeforeAll
    static void compile() throws IOException {
        // Against the oldest, so that every DJL runs the same classes.
        DjlJobs.compile(classes, List.of("-cp", DjlJobs.path(DjlJobs.jars(DjlJobs.OLDEST))), DjlJobs.SOURCE);
    }

    @TestFactory
    Stream<DynamicTest> job_onTheNewestDjl() throws IOException {
        return rows().filter(row -> isChosen(row.job()))
                .map(row -> DynamicTest.dynamicTest(row.job(), () -> holds(row, DjlJobs.NEWEST)));
    }

    @TestFactory
    Stream<DynamicTest> job_onTheOldestDjl() throws IOException {
        return rows().filter(row -> isChosen(row.job()))
                .filter(row -> !jobs().isEmpty() || REPRESENTATIVE.contains(row.job()))
                .map(row -> DynamicTest.dynamicTest(row.job(), () -> holds(row, DjlJobs.OLDEST)));
    }

    /** {@code java FILE.java} compiles in the JVM that then trains, with the agent in it. */
    @Test
    void sourceFile_isWatchedToo() throws Exception {
        Row row = rows().filter(one -> one.job().equals("never_called"))
                .findFirst()
                .orElseThrow();
        List<String> command = new ArrayList<>(List.of(DjlJobs.java()));
        command.addAll(DjlJobs.options());
        command.addAll(
                List.of("-cp", DjlJobs.path(DjlJobs.jars(DjlJobs.NEWEST)), DjlJobs.SOURCE.toString(), row.job()));
        assertThat(run("source", command).differences(row)).isEmpty();
    }

    /** What {@code agent/example/run} starts, with the jars that the tests have. */
    @Test
    void example_hasAHeadThatLearnsNothing() throws Exception {
        List<String> command = new ArrayList<>(List.of(DjlJobs.java()));
        command.addAll(DjlJobs.options());
        command.addAll(List.of(
                "-cp",
                DjlJobs.path(DjlJobs.jars(DjlJobs.NEWEST)),
                Launched.ROOT.resolve("agent/example/DeadHead.java").toString()));
        Outcome outcome = run("example", command);
        assertThat(outcome.status()).as(outcome.everything()).isZero();
        assertThat(outcome.printed()).contains("epoch 5 loss");
        assertThat(outcome.report().path("findings").findValuesAsText("cause"))
                .as(outcome.everything())
                .containsExactly("graph_cut");
        assertThat(outcome.report().path("findings").path(0).path("modules"))
                .extracting(JsonNode::asText)
                .containsExactly("03radius");
    }

    @Test
    void exampleWithoutAJdk_saysSo() throws Exception {
        String script = Launched.ROOT.resolve("agent/example/run").toString();
        try (Launched run =
                Launched.start(folder.resolve("script.log"), Map.of("JAVA_HOME", folder.toString()), List.of(script))) {
            assertThat(run.await()).isEqualTo(1);
            assertThat(run.printed())
                    .isEqualTo(
                            "agent/example/run: " + folder
                                    + "/bin/java: not found (expected: a JDK of Java 17 or later, on PATH or named by JAVA_HOME)\n");
        }
    }

    private void holds(Row row, String version) throws Exception {
        List<String> command = new ArrayList<>(DjlJobs.command(version, classes, "Jobs", row.job()));
        command.addAll(List.of("--steps", Integer.toString(row.steps())));
        Outcome outcome = run(row.job(), command);
        assertThat(outcome.status()).as(outcome.everything()).isEqualTo(row.status());
        assertThat(outcome.differences(row)).as(outcome.everything()).isEmpty();
        if (row.isWatched()) {
            assertThat(outcome.report().path("job").path("framework").asText()).isEqualTo("djl " + version);
            assertThat(outcome.namesRecorded()).as(outcome.everything()).isEqualTo(outcome.namesPrinted());
        } else {
            assertThat(outcome.report().path("models")).as(outcome.everything()).isEmpty();
        }
        assertThat(outcome.everything())
                .doesNotContain("DistributedDataParallel")
                .doesNotContain("find_unused_parameters")
                .doesNotContain("static_graph")
                .doesNotContain("gradwatch: stopped watching");
    }

    private Outcome run(String name, List<String> job) throws Exception {
        Path report = folder.resolve(name + ".json");
        Path recording = folder.resolve(name + ".jsonl");
        Path errors = folder.resolve(name + ".err");
        List<String> command = new ArrayList<>(List.of(
                Launched.gradwatch(),
                "run",
                "--no-http",
                "--report",
                report.toString(),
                "--record",
                recording.toString(),
                "--"));
        command.addAll(job);
        try (Launched launched = Launched.start(folder.resolve(name + ".out"), errors, Map.of(), command)) {
            int status = launched.await();
            assertThat(report).as(launched.printed() + Files.readString(errors)).exists();
            return new Outcome(
                    status,
                    launched.printed(),
                    Files.readString(errors),
                    JSON.readTree(report.toFile()),
                    Files.readAllLines(recording));
        }
    }

    private static Stream<Row> rows() throws IOException {
        List<Row> rows = new ArrayList<>();
        JSON.readTree(DjlJobs.SOURCE.resolveSibling("expected.json").toFile()).forEach(json -> rows.add(new Row(json)));
        return rows.stream();
    }

    private static String jobs() {
        return System.getProperty("jobs", "");
    }

    private static boolean isChosen(String job) {
        return jobs().isEmpty() || jobs().equals("all") || job.contains(jobs());
    }

    /** What a job under {@code gradwatch run} left. */
    private record Outcome(int status, String printed, String errors, JsonNode report, List<String> recorded) {
        String everything() {
            return printed + errors + report.toPrettyString();
        }

        List<String> differences(Row row) {
            return ExpectedFindings.differences(row.json().path("findings"), report, row.status() != 0);
        }

        /** The keys of {@code block.getParameters()}, of those that require a gradient. */
        Set<String> namesPrinted() {
            return printed.lines()
                    .filter(line -> line.startsWith("parameter "))
                    .map(line -> line.substring("parameter ".length()))
                    .collect(Collectors.toCollection(TreeSet::new));
        }

        Set<String> namesRecorded() throws IOException {
            Set<String> names = new TreeSet<>();
            for (String line : recorded) {
                JsonNode observation = JSON.readTree(line);
                if (observation.path("kind").asText().equals("ModelDescribed")) {
                    observation.path("manifest").path("parameters").forEach(parameter -> {
                        if (parameter.path("trainable").asBoolean()) {
                            names.add(parameter.path("name").asText());
                            parameter.path("aliases").forEach(alias -> names.add(alias.asText()));
                        }
                    });
                }
            }
            return names;
        }
    }

    /** A row of expected.json. */
    private record Row(JsonNode json) {
        String job() {
            return json.path("job").asText();
        }

        int steps() {
            return json.path("steps").asInt(8);
        }

        int status() {
            return json.path("status").asInt();
        }

        /** Whether it trains at all. */
        boolean isWatched() {
            return json.path("watched").asBoolean(true);
        }
    }
}
