package dev.gradwatch.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class DemoCommandTest {
    @TempDir
    private Path home;

    @Test
    void replay_showsBothVerdictsAndSaysThatItReplays() throws Exception {
        try (ForkedGradwatch demo = ForkedGradwatch.start(home, "demo", "--replay")) {
            assertThat(demo.output())
                    .contains("replaying two runs that were recorded with torch 2.13")
                    .contains("decoder.seg_layers.0 is computed and returned, but the loss never uses it")
                    .contains("40 parameter tensors all got gradients");
            assertThat(demo.errors()).isEmpty();
            assertThat(demo.status()).isZero();
        }
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
