package dev.gradwatch.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class DemoCommandTest {
    @TempDir
    private Path home;

    @Test
    void replay_showsBothVerdictsAndSaysThatItReplays() throws Exception {
        try (ForkedGradwatch demo = ForkedGradwatch.start(home, "demo", "--replay", "--no-http")) {
            assertThat(demo.output())
                    .contains("replaying two runs that were recorded with torch 2.13")
                    .contains("decoder.seg_layers.0 is computed and returned, but the loss never uses it")
                    .contains("40 parameter tensors all got gradients");
            assertThat(demo.errors()).isEmpty();
            assertThat(demo.status()).isZero();
        }
    }

    @Test
    void page_showsBothRunsUntilItIsInterrupted() throws Exception {
        Path temporary = Files.createDirectory(home.resolve("tmp"));
        try (ForkedGradwatch demo = ForkedGradwatch.start(
                home,
                Map.of("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + temporary),
                "demo",
                "--replay",
                "--http",
                "127.0.0.1:0")) {
            String line = demo.line();
            while (!line.contains("the page: ")) {
                assertThat(line).isNotEqualTo("null");
                line = demo.line();
            }
            assertThat(line)
                    .matches("gradwatch demo: the page: http://127\\.0\\.0\\.1:[1-9][0-9]*/  \\(Ctrl-C ends it\\)");
            String address = line.replaceFirst(".*(http:\\S+)/ .*", "$1");
            JsonNode jobs = new ObjectMapper()
                    .readTree(URI.create(address + "/api/jobs").toURL());
            assertThat(jobs.findValuesAsText("id")).containsExactly("demo-fixed", "demo-died");
            assertThat(jobs.findValuesAsText("state")).containsExactly("finished", "failed");
            assertThat(jobs.at("/jobs/1/title").asText())
                    .isEqualTo("decoder.seg_layers.0 is computed and returned, but the loss never uses it");
            // The recording's times, not those of now.
            assertThat(jobs.at("/jobs/1/updated").asText())
                    .isEqualTo(jobs.at("/jobs/1/ended").asText());
            JsonNode steps = new ObjectMapper()
                    .readTree(URI.create(address + "/api/jobs/demo-fixed/steps").toURL());
            assertThat(steps.findValues("points")).isNotEmpty().allMatch(points -> !points.isEmpty());
            assertThat(kept(temporary)).hasSize(1);
            demo.process().destroy();
            assertThat(demo.status()).isZero();
        }
        assertThat(kept(temporary)).isEmpty();
    }

    /** Our folders, beside the library that SQLite's driver unpacks. */
    private static String[] kept(Path temporary) {
        return temporary.toFile().list((folder, name) -> name.startsWith("gradwatch-"));
    }

    @Test
    void realJobs_dieAndRunThrough() throws Exception {
        String python = System.getenv().getOrDefault("GRADWATCH_PYTHON", "python3");
        assumeTrue(DemoPython.first(List.of(python)) != null, python + " has no torch; name one by GRADWATCH_PYTHON");
        try (ForkedGradwatch demo = ForkedGradwatch.start(home, "demo", "--no-http", "--python", python)) {
            assertThat(demo.output())
                    .doesNotContain("replaying")
                    .contains("torch says: RuntimeError: Expected to have finished reduction")
                    .contains("decoder.seg_layers.0 is computed and returned, but the loss never uses it")
                    .contains("40 parameter tensors all got gradients");
            assertThat(demo.status()).isZero();
        }
    }

    @Test
    void pythonWithoutTorch_isPassedOver() throws Exception {
        Path python = Files.writeString(home.resolve("python"), "#!/bin/sh\nexit 1\n");
        assertThat(python.toFile().setExecutable(true)).isTrue();
        assertThat(DemoPython.first(List.of(python.toString(), "no-such-python")))
                .isNull();
    }

    @Test
    void torchBefore2_isStartedByTheEnvironment() {
        assertThat(new DemoPython("py", "1.13.0a0").twoRanks(Path.of("/f"), 7, List.of("train.py", "--fix")))
                .containsExactly("py", "/f/launch.py", "7", "train.py", "--fix");
        assertThat(new DemoPython("py", "2.0.1").twoRanks(Path.of("/f"), 7, List.of("train.py")))
                .containsExactly(
                        "py",
                        "-m",
                        "torch.distributed.run",
                        "--nproc-per-node",
                        "2",
                        "--master-addr",
                        "127.0.0.1",
                        "--master-port",
                        "7",
                        "train.py");
    }
}
