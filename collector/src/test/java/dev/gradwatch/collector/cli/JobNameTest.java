package dev.gradwatch.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDateTime;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobNameTest {
    private static final LocalDateTime TIME = LocalDateTime.of(2026, 1, 2, 3, 4, 5);

    @ParameterizedTest
    @CsvSource({
        "torchrun --nproc-per-node 2 src/train.py --data x.py, train",
        "python -m torch.distributed.run --nproc-per-node 2 train.py, train",
        "python -m torch.distributed.run -m package.train --fold 0, package.train",
        "/opt/bin/nnUNetv2_train 2 3d_fullres 0, nnUNetv2_train",
    })
    void script_isWhatAPersonWouldCallIt(String command, String name) {
        assertThat(JobName.script(List.of(command.split(" ")))).isEqualTo(name);
    }

    @Test
    void name_holdsScriptTimeAndRandom() {
        assertThat(JobName.unique(List.of("python", "train.py"), TIME, new Random(1)))
                .matches("train-20260102-030405-[0-9a-f]{8}");
    }

    @Test
    void name_differsInTheSameSecond() {
        Random random = new Random(1);
        assertThat(JobName.unique(List.of("train"), TIME, random))
                .isNotEqualTo(JobName.unique(List.of("train"), TIME, random));
    }

    @Test
    void oddScript_givesASafeName() {
        String script = "ä b".repeat(50) + ".py";
        assertThat(JobName.unique(List.of("python", script), TIME, new Random(1)))
                .matches("[_b]{40}-20260102-030405-[0-9a-f]{8}");
    }
}
