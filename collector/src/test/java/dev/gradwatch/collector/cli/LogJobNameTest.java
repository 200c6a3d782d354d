package dev.gradwatch.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogJobNameTest {
    private final LogJobName names = new LogJobName(() -> List.of("seg-042", "train-7"));

    @ParameterizedTest
    @CsvSource({
        "logs/seg-042/attempt_0/1/stderr.log, seg-042",
        "logs/seg-042.out, seg-042",
        "train-7/none_uu7m2wys/attempt_0/1/stderr.log, train-7",
        "logs/brats_uu7m2wys/attempt_2/1/stderr.log, brats",
        "logs/none_uu7m2wys/attempt_0/0/stdout.log, none_uu7m2wys",
        "slurm/slurm-4711.out, slurm-4711",
        "slurm/slurm-4711.out.gz, slurm-4711",
        "runs/liver/train.log, liver",
        "runs/liver/stderr, liver",
    })
    void apply_file_isOfTheJobThatItLiesUnder(Path file, String job) {
        assertThat(names.apply(file)).isEqualTo(job);
    }
}
