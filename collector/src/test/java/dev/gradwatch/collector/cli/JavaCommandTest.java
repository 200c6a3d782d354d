package dev.gradwatch.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class JavaCommandTest {
    private static final Path AGENT = Path.of("/cache/gradwatch-agent.jar");

    @Test
    void with_putsTheAgentBehindJava() {
        assertThat(JavaCommand.with(AGENT, List.of("java", "-cp", "x", "Main")))
                .containsExactly("java", "-javaagent:/cache/gradwatch-agent.jar", "-cp", "x", "Main");
        assertThat(JavaCommand.with(AGENT, List.of("/opt/jdk/bin/java")))
                .containsExactly("/opt/jdk/bin/java", "-javaagent:/cache/gradwatch-agent.jar");
        assertThat(JavaCommand.with(AGENT, List.of("javaw", "Main"))).contains("-javaagent:" + AGENT);
    }

    @Test
    void with_leavesOtherCommandsAsTheyAre() {
        for (String program : List.of("javac", "mvn", "python", "java-train", "./java.sh", "myjava")) {
            assertThat(JavaCommand.with(AGENT, List.of(program, "java"))).containsExactly(program, "java");
        }
    }

    @Test
    void mayBe_isWhatMayStartAJvm() {
        for (String program : List.of("java", "/opt/jdk/bin/java", "mvn", "sh", "./train")) {
            assertThat(JavaCommand.mayBe(List.of(program))).as(program).isTrue();
        }
        for (String program : List.of("python", "/usr/bin/python3.11", "torchrun", "accelerate", "nnUNetv2_train")) {
            assertThat(JavaCommand.mayBe(List.of(program))).as(program).isFalse();
        }
    }

    @Test
    void program_isWhatRuns() {
        assertThat(program("java", "-Xmx4g", "-jar", "/opt/train.jar", "--epochs", "3"))
                .isEqualTo("train");
        assertThat(program("java", "-cp", "a.jar:lib/*", "-ea", "com.example.Train", "-jar", "x"))
                .isEqualTo("Train");
        assertThat(program("java", "--source", "17", "src/DeadHead.java")).isEqualTo("DeadHead");
        assertThat(program("java", "-p", "mods", "-m", "app/com.example.Main")).isEqualTo("Main");
        assertThat(program("java", "@options")).isEqualTo("java");
        assertThat(program("java", "-jar")).isEqualTo("java");
    }

    private static String program(String... words) {
        return JavaCommand.program(List.of(words));
    }
}
