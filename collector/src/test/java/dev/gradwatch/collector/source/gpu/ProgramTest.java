package dev.gradwatch.collector.source.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgramTest {
    @ParameterizedTest
    @CsvSource({
        "/usr/bin/python3 /jobs/train.py --lr 1, python3 train.py",
        "python -u -X dev train.py, python train.py",
        "python -m torch.distributed.run train.py, python -m torch.distributed.run",
        "python -c print(secret), python -c",
        "python --check-hash-based-pycs=always t.py, python t.py",
        "bash run.sh key, bash run.sh",
        "sh -c TOKEN=1, sh -c",
        "/usr/bin/nvidia-persistenced --user root, nvidia-persistenced",
        "C:\\py\\python.exe C:\\train.py, python.exe train.py",
        "python, python"
    })
    void program_isNamedWithItsScript(String commandLine, String name) {
        assertThat(Program.name(commandLine.replace(' ', '\0') + "\0")).isEqualTo(name);
    }

    @Test
    void programThatRenamesItself_isItsFirstWord() {
        assertThat(Program.name("ray::train --token secret")).isEqualTo("ray::train");
    }

    @Test
    void nameThatIsLong_isCut() {
        assertThat(Program.name("x".repeat(300) + "\0"))
                .hasSize(Program.MAX_CHARS)
                .endsWith("…");
    }

    @Test
    void controlCharacters_areLeftOut() {
        assertThat(Program.name("python\0\u001b[2Jtrain\n.py\0")).isEqualTo("python [2Jtrain.py");
    }

    @Test
    void nothing_isNothing() {
        assertThat(Program.name("")).isEmpty();
        assertThat(Program.name("\0\0")).isEmpty();
    }
}
