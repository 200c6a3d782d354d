package dev.gradwatch.collector.cli.attach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunningJvmTest {
    @TempDir
    private Path folder;

    @Test
    void jvm_loadsTheAgentAndEndsByItself() throws Exception {
        try (RunningProgram program = RunningProgram.jvm()) {
            RunningJvm jvm = RunningJvm.of(program.pid());

            jvm.load(StandInAgent.jar(folder), "job=mine");

            assertThat(program.line()).isEqualTo("agentmain job=mine");
            assertThat(jvm.command()).endsWith(WaitingProgram.class.getName(), "Train");
            program.end();
            assertThat(jvm.ended().get().isAlive()).isFalse();
        }
    }

    @Test
    void jvmWithTheAgent_isRefused() throws Exception {
        needsProc();
        try (RunningProgram program = RunningProgram.jvm()) {
            RunningJvm.of(program.pid()).load(StandInAgent.jar(folder), "job=mine");

            assertThatThrownBy(() -> RunningJvm.of(program.pid()))
                    .isInstanceOf(IOException.class)
                    .hasMessage("pid: " + program.pid() + " has the agent already (expected: a JVM without it)");
        }
    }

    @Test
    void agentThatFails_isToldOfAndTheJvmRunsOn() throws Exception {
        try (RunningProgram program = RunningProgram.jvm()) {
            RunningJvm jvm = RunningJvm.of(program.pid());

            assertThatThrownBy(() -> jvm.load(StandInAgent.jar(folder), "job=broken"))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("pid: " + program.pid() + " did not start the agent");
            program.end();
            assertThat(program.line()).startsWith("done");
        }
    }

    @Test
    void jarThatIsMissing_isToldOf() throws Exception {
        try (RunningProgram program = RunningProgram.jvm()) {
            Path missing = folder.resolve("missing.jar");

            assertThatThrownBy(() -> RunningJvm.of(program.pid()).load(missing, ""))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("a JVM that sees " + missing);
        }
    }

    @Test
    void processThatIsGone_isRefused() throws Exception {
        RunningProgram program = RunningProgram.of("true");
        assertThat(program.line()).isEqualTo("null");
        ProcessHandle.of(program.pid()).ifPresent(process -> process.onExit().join());

        assertThatThrownBy(() -> RunningJvm.of(program.pid()))
                .hasMessage("pid: " + program.pid() + " is no process (expected: that of a JVM, such as jps lists)");
    }

    @Test
    void processThatIsNoJvm_isRefusedAndRunsOn() throws Exception {
        needsProc();
        try (RunningProgram program = RunningProgram.of("sh", "-c", "echo ready; read -r go; echo unharmed")) {
            assertThat(program.line()).isEqualTo("ready");

            assertThatThrownBy(() -> RunningJvm.of(program.pid()))
                    .hasMessage("pid: " + program.pid() + " is sh and no JVM (expected: a JVM, such as jps lists)");
            program.end();
            assertThat(program.line()).isEqualTo("unharmed");
        }
    }

    @Test
    void jvmThatWouldDieOfIt_isRefusedAndRunsOn() throws Exception {
        needsProc();
        try (RunningProgram program = RunningProgram.jvm("-Xrs")) {
            assertThatThrownBy(() -> RunningJvm.of(program.pid()))
                    .hasMessageContaining(" does not handle SIGQUIT, as by -Xrs");
            program.end();
            assertThat(program.line()).startsWith("done");
        }
    }

    @Test
    void jvmThatRefuses_isToldOf() throws Exception {
        needsProc();
        try (RunningProgram program = RunningProgram.jvm("-XX:+DisableAttachMechanism")) {
            assertThatThrownBy(() -> RunningJvm.of(program.pid()))
                    .hasMessageContaining(" has -XX:+DisableAttachMechanism (expected: a JVM without");
        }
    }

    @Test
    void ourselves_isRefused() {
        long own = ProcessHandle.current().pid();

        assertThatThrownBy(() -> RunningJvm.of(own))
                .hasMessage("pid: " + own + " is gradwatch itself (expected: that of a trainer)");
    }

    private static void needsProc() {
        assumeTrue(Files.exists(Path.of("/proc/self/maps")), "no /proc here");
    }
}
