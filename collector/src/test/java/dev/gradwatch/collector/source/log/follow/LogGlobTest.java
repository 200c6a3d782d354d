package dev.gradwatch.collector.source.log.follow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LogGlobTest {
    @ParameterizedTest
    @CsvSource({
        "/logs/*.log, /logs/a.log, true",
        "/logs/*.log, /logs/.log, true",
        "/logs/*.log, /logs/a.txt, false",
        "/logs/*.log, /logs/sub/a.log, false",
        "/logs/*.log, /logs, false",
        "/runs/**/stderr.log, /runs/stderr.log, true",
        "/runs/**/stderr.log, /runs/7/stderr.log, true",
        "/runs/**/stderr.log, /runs/7/attempt_0/1/stderr.log, true",
        "/runs/**/stderr.log, /runs/7/stdout.log, false",
        "/runs/**/stderr.log, /other/7/stderr.log, false",
        "/runs/**/attempt_?/**/*.log, /runs/7/x/attempt_0/stderr.log, true",
        "/runs/**/attempt_?/**/*.log, /runs/7/x/attempt_10/stderr.log, false",
        "/runs/**, /runs/7/any, true",
        "/runs/**.log, /runs/7/a.log, true",
        "/runs/**.log, /runs/a.log, true",
        "/runs/**.log, /runs/a.txt, false",
        "'/runs/{a,b}/[0-9].log', /runs/b/3.log, true",
        "'/runs/{a,b}/[0-9].log', /runs/c/3.log, false",
        "/runs/7/../8/*.log, /runs/8/a.log, true",
        "/runs/out, /runs/out, true",
        "/runs/out, /runs/out/7/0/stderr.log, true",
        "/runs/out, /runs/out2, false",
    })
    void glob_takesWhatItMeans(String glob, Path file, boolean taken) {
        assertThat(takes(LogGlob.parse(glob), file)).isEqualTo(taken);
    }

    @Test
    void relativeGlob_beginsInTheWorkingFolder() {
        assertThat(takes(LogGlob.parse("logs/*.log"), Path.of("logs/a.log").toAbsolutePath()))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[x", "", "  ", "runs/{a", "a\0b"})
    void invalidGlob_isRefusedWithItsText(String glob) {
        assertThatThrownBy(() -> LogGlob.parse(glob))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("logs: " + glob + " (expected: a glob such as runs/**/stderr.log)");
    }

    @Test
    void folders_areEnteredOnlyWhereFilesCanBeMeant() {
        LogGlob glob = LogGlob.parse("/runs/*/err/*.log");
        long runs = enter(glob, Path.of("/runs"));
        assertThat(glob.enter(glob.start(), Path.of("home"))).isZero();
        assertThat(glob.names(glob.start())).isEqualTo(List.of(Path.of("runs")));
        assertThat(glob.names(runs)).isNull();
        assertThat(glob.takesFilesIn(runs)).isFalse();
        long run = glob.enter(runs, Path.of("7"));
        assertThat(glob.names(run)).isEqualTo(List.of(Path.of("err")));
        long err = glob.enter(run, Path.of("err"));
        assertThat(glob.takesFilesIn(err)).isTrue();
        assertThat(glob.enter(err, Path.of("x.log"))).isZero();
    }

    private static boolean takes(LogGlob glob, Path file) {
        return glob.takes(enter(glob, file.getParent()), file.getFileName());
    }

    private static long enter(LogGlob glob, Path folder) {
        long places = glob.start();
        for (Path name : folder) {
            places = glob.enter(places, name);
        }
        return places;
    }
}
