package dev.gradwatch.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gradwatch.collector.cli.attach.StandInAgent;
import dev.gradwatch.collector.cli.attach.WaitingProgram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sun.misc.Signal;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunCommandTest {
    /** Says that it is there, and then waits for a signal. */
    private static final String WAITING = "; echo ready; while :; do sleep 0.01; done";

    @TempDir
    private Path home;

    @Test
    void output_isTheCommandsAloneAndTheVerdictGoesToStderr() throws Exception {
        try (ForkedGradwatch run = run("sh", "-c", "printf 'one\\ntwo'; echo three >&2; exit 7")) {
            assertThat(run.output()).isEqualTo("one\ntwo");
            assertThat(run.status()).isEqualTo(7);
            assertThat(run.errors()).contains("three\n").contains("gradwatch");
        }
    }

    @Test
    void messages_ofItsOutputAndOfFollowedFiles_areInTheVerdict() throws Exception {
        Files.writeString(home.resolve("old.log"), "RuntimeError: CUDA error: invalid device ordinal\n");
        Files.setLastModifiedTime(home.resolve("old.log"), java.nio.file.attribute.FileTime.fromMillis(0));
        String script =
                "printf '[rank1]: Traceback (most recent call last):\\n[rank1]:   File \"/job/train.py\", line 3, in <module>\\n"
                        + "[rank1]: KeyError: \"mask\"\\n' > new.log; "
                        + "printf '[rank0]: RuntimeError: Connection closed by peer [127.0.0.1]:6575\\n' >&2; exit 1";
        try (ForkedGradwatch run = ForkedGradwatch.start(
                home, "run", "--logs", "*.log", "--report", "report.json", "--", "sh", "-c", script)) {
            assertThat(run.status()).isEqualTo(1);
            assertThat(run.errors())
                    .contains("KeyError: \"mask\", on rank 1.")
                    .contains("train.py:3")
                    .contains("then lost the connection")
                    .contains("new.log:1")
                    .doesNotContain("ordinal");
        }
        assertThat(Files.readString(home.resolve("report.json"))).contains("\"rank_failed\"");
    }

    @Test
    void input_isTheCommands() throws Exception {
        try (ForkedGradwatch run = run("cat")) {
            run.input().write("typed\n".getBytes(StandardCharsets.UTF_8));
            run.input().close();
            assertThat(run.output()).isEqualTo("typed\n");
            assertThat(run.status()).isZero();
        }
    }

    @Test
    void output_isNotHeldBack() throws Exception {
        try (ForkedGradwatch run = run("sh", "-c", "printf 'prompt\\n'; read -r answer; echo \"$answer\"")) {
            assertThat(run.line()).isEqualTo("prompt");
            run.input().write("yes\n".getBytes(StandardCharsets.UTF_8));
            run.input().flush();
            assertThat(run.line()).isEqualTo("yes");
        }
    }

    @Test
    void words_reachTheCommandAsTheyAre() throws Exception {
        try (ForkedGradwatch run = run("printf", "%s|", "--report", "@file", "--", "a b", "", "$HOME")) {
            assertThat(run.output()).isEqualTo("--report|@file|--|a b||$HOME|");
        }
    }

    @Test
    void termination_isTheCommandsToAnswer() throws Exception {
        try (ForkedGradwatch run = run("sh", "-c", "trap 'echo saved; exit 5' TERM" + WAITING)) {
            assertThat(run.line()).isEqualTo("ready");
            kill("TERM", run.process().pid());
            assertThat(run.line()).isEqualTo("saved");
            assertThat(run.status()).isEqualTo(5);
        }
    }

    @Test
    void otherSignals_arePassedOn() throws Exception {
        try (ForkedGradwatch run = run(
                "sh",
                "-c",
                "trap 'echo one' USR1; trap 'echo two' USR2; trap 'echo hup' HUP; trap 'exit 6' INT" + WAITING)) {
            assertThat(run.line()).isEqualTo("ready");
            for (Map.Entry<String, String> signal :
                    List.of(Map.entry("USR1", "one"), Map.entry("USR2", "two"), Map.entry("HUP", "hup"))) {
                if (!isIgnoredHere(signal.getKey())) {
                    kill(signal.getKey(), run.process().pid());
                    assertThat(run.line()).isEqualTo(signal.getValue());
                }
            }
            if (!isIgnoredHere("INT")) {
                kill("INT", run.process().pid());
                assertThat(run.status()).isEqualTo(6);
            }
        }
    }

    @Test
    void commandThatDiesOfASignal_saysWhich() throws Exception {
        try (ForkedGradwatch run = run("sh", "-c", "kill -s SEGV $$")) {
            assertThat(run.status()).isEqualTo(128 + 11);
        }
    }

    @Test
    void readerThatLeaves_endsTheCommandAsInAPipeline() throws Exception {
        try (ForkedGradwatch run = run("yes")) {
            assertThat(run.line()).isEqualTo("y");
            run.process().getInputStream().close();
            assertThat(run.status()).isEqualTo(128 + 13);
        }
    }

    @Test
    void commandOutlivesUs_withItsOutput() throws Exception {
        Path fifo = home.resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor())
                .isZero();
        // Java would close its ends of pipes with the process, so the output goes to files.
        Path out = home.resolve("out");
        Path err = home.resolve("err");
        List<String> command = ForkedGradwatch.javaCommand();
        command.addAll(List.of("run", "--", "sh", "-c"));
        command.add("echo ready; read -r go <" + fifo + "; echo error >&2; echo after");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("XDG_STATE_HOME", home + "/state");
        Process run = builder.start();
        await().atMost(30, TimeUnit.SECONDS).until(() -> keeperIsReady(run));
        run.toHandle().destroyForcibly();
        run.waitFor();
        Files.writeString(fifo, "go\n");
        await().atMost(30, TimeUnit.SECONDS).untilAsserted(() -> assertThat(out).hasContent("ready\nafter\n"));
        assertThat(err).content().endsWith("error\n");
    }

    private static boolean keeperIsReady(Process run) {
        return run.children().anyMatch(child -> Files.exists(Path.of("/proc/" + child.pid() + "/fd/4")));
    }

    @Test
    void missingProgram_isSaidAsAShellWould() throws Exception {
        try (ForkedGradwatch run = run("no-such-program")) {
            assertThat(run.status()).isEqualTo(127);
            assertThat(run.errors())
                    .isEqualTo("gradwatch: command not found: no-such-program (expected: a program on PATH)\n");
        }
    }

    @Test
    void fileThatIsNoProgram_isSaidAsAShellWould() throws Exception {
        Path file = Files.writeString(home.resolve("file"), "");
        try (ForkedGradwatch run = run(file.toString())) {
            assertThat(run.status()).isEqualTo(126);
            assertThat(run.errors())
                    .isEqualTo("gradwatch: cannot execute: " + file + " (expected: an executable file)\n");
        }
    }

    @Test
    void noCommand_isBadUsage() throws Exception {
        try (ForkedGradwatch run = ForkedGradwatch.start(home, "run", "--report", "x.json")) {
            assertThat(run.status()).isEqualTo(2);
            assertThat(run.errors()).startsWith("gradwatch: ").contains("CMD").hasLineCount(1);
        }
    }

    @Test
    void reportThatHasNoPlace_isSaidBeforeTheCommandRuns() throws Exception {
        try (ForkedGradwatch run =
                ForkedGradwatch.start(home, "run", "--report", "missing/r.json", "--", "echo", "ran")) {
            assertThat(run.output()).isEmpty();
            assertThat(run.status()).isEqualTo(1);
            assertThat(run.errors())
                    .isEqualTo("gradwatch: report: missing/r.json (expected: a file in a folder that exists)\n");
        }
    }

    @Test
    void report_isWrittenWithTheExitStatus() throws Exception {
        try (ForkedGradwatch run =
                ForkedGradwatch.start(home, "run", "--report", "r.json", "--job", "j", "--", "sh", "-c", "exit 3")) {
            assertThat(run.status()).isEqualTo(3);
            assertThat(home.resolve("r.json"))
                    .content()
                    .contains("\"schema\" : \"gradwatch.report/1\"", "\"id\" : \"j\"", "\"exit_code\" : 3");
        }
    }

    @Test
    void reporters_areToldWhereToReport() throws Exception {
        String script =
                "echo $GRADWATCH_COLLECTOR; echo ${#GRADWATCH_TOKEN}; echo $GRADWATCH_JOB; echo $GRADWATCH_BUDGET";
        try (ForkedGradwatch run =
                ForkedGradwatch.start(home, "run", "--job", "mine", "--budget", "off", "--", "sh", "-c", script)) {
            assertThat(run.line()).matches("127\\.0\\.0\\.1:[1-9][0-9]+");
            assertThat(run.line()).isEqualTo("24");
            assertThat(run.line()).isEqualTo("mine");
            assertThat(run.line()).isEqualTo("off");
        }
    }

    @Test
    void collectorElsewhere_isReportedTo() throws Exception {
        try (ForkedGradwatch run = ForkedGradwatch.start(
                home,
                Map.of("GRADWATCH_TOKEN", "secret"),
                "run",
                "--collector",
                "node1:7787",
                "--",
                "sh",
                "-c",
                "echo $GRADWATCH_COLLECTOR $GRADWATCH_TOKEN; exit 2")) {
            assertThat(run.output()).isEqualTo("node1:7787 secret\n");
            assertThat(run.status()).isEqualTo(2);
            assertThat(run.errors()).startsWith("gradwatch: job sh-").contains(" reports to node1:7787,");
        }
    }

    @Test
    void python_findsTheReporterFirst() throws Exception {
        assumeTrue(has("python3"), "no python3 on PATH");
        Path own = Files.createDirectories(home.resolve("own"));
        Files.writeString(own.resolve("sitecustomize.py"), "import builtins; builtins.own = 'kept'\n");
        try (ForkedGradwatch run = ForkedGradwatch.start(
                home,
                Map.of("PYTHONPATH", own.toString()),
                "run",
                "--",
                "python3",
                "-c",
                "import gradwatch, sitecustomize; print(gradwatch.__file__); print(own)")) {
            assertThat(run.line())
                    .startsWith(home + "/cache/gradwatch/reporter-")
                    .endsWith("/gradwatch/__init__.py");
            assertThat(run.line()).isEqualTo("kept");
        }
    }

    @Test
    void java_loadsTheAgentFirst() throws Exception {
        StandInAgent.jar(home.resolve("build"));
        String java = System.getProperty("java.home") + "/bin/java";
        String classes = Path.of("target/test-classes").toAbsolutePath().toString();
        String program = WaitingProgram.class.getName();
        try (ForkedGradwatch run = ForkedGradwatch.startWith(
                home.resolve("build"), home, Map.of(), "run", "--no-http", "--", java, "-cp", classes, program, "a")) {
            assertThat(run.line()).isEqualTo("premain null");
            assertThat(run.line()).isEqualTo("ready a");
            run.input().close();
            assertThat(run.status()).isZero();
            assertThat(run.errors()).contains("gradwatch  WaitingProgram", "No DJL Trainer was made");
        }
        try (ForkedGradwatch run = ForkedGradwatch.startWith(
                home.resolve("build"),
                home,
                Map.of("GRADWATCH_DISABLE", "1"),
                "run",
                "--no-http",
                "--",
                java,
                "-cp",
                classes,
                program,
                "b")) {
            assertThat(run.line()).isEqualTo("ready b");
        }
    }

    @Test
    void scripts_areToldWhereTheAgentIs() throws Exception {
        StandInAgent.jar(home.resolve("build"));
        try (ForkedGradwatch run = ForkedGradwatch.startWith(
                home.resolve("build"), home, Map.of(), "run", "--", "sh", "-c", "echo $GRADWATCH_AGENT")) {
            Path agent = Path.of(run.line());
            assertThat(agent).startsWith(home.resolve("cache/gradwatch")).hasFileName("gradwatch-agent.jar");
            assertThat(run.status()).isZero();
            assertThat(agent).exists();
        }
    }

    @Test
    void pty_givesTheCommandATerminal() throws Exception {
        assumeTrue(has("script") && has("setsid"), "no script or no setsid on PATH");
        // script gives us a terminal, and its echo of the typed line comes from the child's terminal, not from ours.
        String command = String.join(" ", ForkedGradwatch.javaCommand())
                + " run --pty -- sh -c '[ -t 0 ] && [ -t 1 ] && [ -t 2 ] && echo terminal; stty size; read -r x; echo \"<$x>\"; exit 9'";
        ProcessBuilder builder = new ProcessBuilder("script", "-qec", "stty rows 33 cols 77; " + command, "/dev/null")
                .directory(home.toFile())
                .redirectErrorStream(true);
        builder.environment().put("XDG_STATE_HOME", home + "/state");
        Process script = builder.start();
        script.getOutputStream().write("typed\n".getBytes(StandardCharsets.UTF_8));
        script.getOutputStream().flush();
        String seen = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(seen).contains("terminal\r\n", "33 77\r\n", "<typed>\r\n");
        assertThat(script.waitFor()).isEqualTo(9);
    }

    @Test
    void ptyWithoutATerminal_isRefused() throws Exception {
        try (ForkedGradwatch run = ForkedGradwatch.start(home, "run", "--pty", "--", "echo", "ran")) {
            assertThat(run.output()).isEmpty();
            assertThat(run.status()).isEqualTo(1);
            assertThat(run.errors())
                    .contains(
                            "gradwatch: pty: standard input is not a terminal (expected: one, or to run without --pty)\n");
        }
    }

    private ForkedGradwatch run(String... command) throws IOException {
        String[] arguments = new String[command.length + 2];
        arguments[0] = "run";
        arguments[1] = "--";
        System.arraycopy(command, 0, arguments, 2, command.length);
        return ForkedGradwatch.start(home, arguments);
    }

    /** Under nohup, or in the background of a script, a signal is ignored by all that is started, and a shell may not trap it. */
    private static boolean isIgnoredHere(String signal) throws IOException {
        int number = new Signal(signal).getNumber();
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) >>> (number - 1) & 1) != 0);
    }

    private static void kill(String signal, long pid) throws Exception {
        assertThat(new ProcessBuilder("sh", "-c", "kill -s " + signal + " " + pid)
                        .start()
                        .waitFor())
                .isZero();
    }

    private static boolean has(String program) {
        return java.util.Arrays.stream(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
