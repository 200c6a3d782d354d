package dev.gradwatch.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gradwatch.collector.cli.attach.RunningProgram;
import dev.gradwatch.collector.cli.attach.StandInAgent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AttachCommandTest {
    @TempDir
    private Path home;

    @BeforeEach
    void makeAgent() throws IOException {
        StandInAgent.jar(home.resolve("build"));
    }

    @Test
    void jvm_isWatchedUntilItEnds() throws Exception {
        try (RunningProgram program = RunningProgram.jvm();
                ForkedGradwatch attach =
                        attach(program, "--no-http", "--job", "mine", "--budget", "0.5", "--report", "r.json")) {
            assertThat(program.line())
                    .matches("agentmain collector=127\\.0\\.0\\.1:[1-9][0-9]*,job=mine,budget=0\\.5%,"
                            + "token-file=2 rights, 24 bytes");
            awaitSaid(attach, "job mine: watching " + program.pid());
            program.end();
            assertThat(attach.status()).isZero();
            assertThat(attach.output()).contains("gradwatch  WaitingProgram", "No DJL Trainer was made");
            assertThat(home.resolve("r.json")).content().contains("\"id\" : \"mine\"");
        }
    }

    @Test
    void interrupt_leavesTheJvmRunning() throws Exception {
        try (RunningProgram program = RunningProgram.jvm();
                ForkedGradwatch attach = attach(program, "--no-http")) {
            assertThat(program.line()).startsWith("agentmain ");
            awaitSaid(attach, "watching " + program.pid());
            assertThat(new ProcessBuilder(
                                    "sh",
                                    "-c",
                                    "kill -s TERM " + attach.process().pid())
                            .start()
                            .waitFor())
                    .isZero();
            assertThat(attach.status()).isZero();
            assertThat(attach.output()).contains("gradwatch  WaitingProgram");
            assertThat(program.isAlive()).isTrue();
        }
    }

    @Test
    void collectorElsewhere_isReportedToAndWeEnd() throws Exception {
        try (RunningProgram program = RunningProgram.jvm();
                ForkedGradwatch attach = attach(program, "--collector", "node1:7787", "--job", "mine")) {
            assertThat(attach.status()).isZero();
            assertThat(attach.errors())
                    .isEqualTo("gradwatch: job mine reports to node1:7787, which gives the verdict\n");
            assertThat(program.line()).isEqualTo("agentmain collector=node1:7787,job=mine");
            assertThat(program.isAlive()).isTrue();
        }
    }

    @Test
    void whatCannotBeDone_isOneLine() throws Exception {
        try (RunningProgram program = RunningProgram.jvm();
                ForkedGradwatch attach = attach(program, "--job", "a,b")) {
            assertThat(attach.status()).isEqualTo(2);
            assertThat(attach.errors()).isEqualTo("gradwatch: job: a,b (expected: a name without a comma)\n");
        }
        try (ForkedGradwatch attach = ForkedGradwatch.start(home, "attach", "4194305")) {
            assertThat(attach.status()).isEqualTo(1);
            assertThat(attach.errors())
                    .startsWith("gradwatch: pid: 4194305 is no process")
                    .hasLineCount(1);
        }
        try (ForkedGradwatch attach = ForkedGradwatch.start(home, "attach", "train")) {
            assertThat(attach.status()).isEqualTo(2);
            assertThat(attach.errors())
                    .startsWith("gradwatch: ")
                    .contains("PID")
                    .hasLineCount(1);
        }
    }

    private ForkedGradwatch attach(RunningProgram program, String... options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("attach", String.valueOf(program.pid())));
        arguments.addAll(List.of(options));
        return ForkedGradwatch.startWith(home.resolve("build"), home, Map.of(), arguments.toArray(new String[0]));
    }

    private static void awaitSaid(ForkedGradwatch attach, String text) {
        await().atMost(30, TimeUnit.SECONDS)
                .untilAsserted(() -> assertThat(attach.errorsSoFar()).contains(text));
    }
}
