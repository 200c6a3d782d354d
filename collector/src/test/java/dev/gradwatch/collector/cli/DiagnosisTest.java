package dev.gradwatch.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.model.Advice;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.sink.terminal.DiagnosisPrinter;
import dev.gradwatch.collector.sink.terminal.Terminal;
import dev.gradwatch.collector.source.log.SignatureFile;
import dev.gradwatch.collector.words.Translated;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What logs of real jobs show, held against a file that a person can read: {@code diagnosed/findings.txt}. */
class DiagnosisTest {
    private static final Path DIAGNOSED = Path.of("src/test/resources/diagnosed");
    private static final Path CAPTURED = Path.of("src/test/resources/logs");

    @TempDir
    Path folder;

    static Stream<String> logs() throws IOException {
        return golden().keySet().stream();
    }

    private static Map<String, String> golden() throws IOException {
        Map<String, String> golden = new TreeMap<>();
        for (String block : Files.readString(DIAGNOSED.resolve("findings.txt")).split("(?m)^== ", -1)) {
            int end = block.indexOf('\n');
            if (end > 0) {
                golden.put(
                        block.substring(0, end).strip(),
                        block.substring(end + 1).strip());
            }
        }
        return golden;
    }

    @ParameterizedTest
    @MethodSource("logs")
    void log_hasItsFindings(String name) throws IOException {
        Path log = Files.exists(DIAGNOSED.resolve(name)) ? DIAGNOSED.resolve(name) : CAPTURED.resolve(name);

        assertThat(lines(read(log.toString()))).isEqualTo(golden().get(name));
    }

    @Test
    void everyLog_isInTheGoldenFile() throws IOException {
        try (Stream<Path> files = Stream.concat(Files.walk(DIAGNOSED), Files.walk(CAPTURED))) {
            assertThat(files.filter(file -> file.toString().endsWith(".log"))
                            .map(file -> (file.startsWith(DIAGNOSED) ? DIAGNOSED : CAPTURED)
                                    .relativize(file)
                                    .toString()))
                    .containsExactlyInAnyOrderElementsOf(golden().keySet());
        }
    }

    @Test
    void torchrunsTree_readsAttemptsInOrder_andTellsWhatRepeats() throws IOException {
        Diagnosis diagnosis =
                read(CAPTURED.resolve("torchrun-logdir/logdir_restart").toString());

        assertThat(lines(diagnosis))
                .isEqualTo(golden().get("torchrun-logdir/logdir_restart/none_dab5tkr_/attempt_1/1/stderr.log"));
        assertThat(diagnosis.messages())
                .extracting(message -> message.attempt())
                .containsExactly(0, 1);
    }

    @Test
    void severalLogs_areOneJob() throws IOException {
        Path left = Files.writeString(
                folder.resolve("node0.log"),
                "[rank0]: Traceback (most recent call last):\n[rank0]:   File \"train.py\", line 3, in <module>\n"
                        + "[rank0]: RuntimeError: [pair.cc:553] Connection closed by peer [127.0.0.1]:6575. GLHF!\n");
        Path right = Files.writeString(
                folder.resolve("node1.log"),
                "[rank1]: Traceback (most recent call last):\n[rank1]:   File \"train.py\", line 7, in step\n[rank1]: KeyError: 'mask'\n");

        assertThat(read(left.toString(), right.toString()).report().findings())
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.title()).isEqualTo("KeyError: 'mask', on rank 1");
                    assertThat(finding.detail())
                            .contains("train.py:7, in step")
                            .contains("Rank 0 then lost the connection");
                });
    }

    @Test
    void print_logOfADeadJob_isTheAnswerTheEvidenceAndTheFix() throws IOException {
        String text =
                printed(read(CAPTURED.resolve("torch-2.13/unused_INFO.log").toString()));

        assertThat(text)
                .startsWith("gradwatch  ")
                .contains(" · 2 ranks · died\n")
                .contains("aux.{0,1,2} got no gradient on both ranks.")
                .contains("Fix ")
                .contains("model.aux[0].requires_grad_(False)")
                .contains("unused_INFO.log:23");
    }

    @Test
    void print_healthyLog_isOneLine() throws IOException {
        Path log = Files.writeString(folder.resolve("fine.log"), "step 1 loss 0.3\nstep 2 loss 0.2\n");

        assertThat(printed(read(log.toString())))
                .isEqualTo("gradwatch  " + log + " · 2 lines read · nothing that is known went wrong\n");
    }

    private static String printed(Diagnosis diagnosis) {
        return new DiagnosisPrinter(new Terminal(100, true, false))
                .print(diagnosis.report(), diagnosis.messages(), diagnosis.lines());
    }

    private static Diagnosis read(String... paths) throws IOException {
        Diagnosis diagnosis =
                new Diagnosis(SignatureFile.bundled(), Progress.onTerminal(new PrintWriter(new StringWriter(), true)));
        diagnosis.read(List.of(paths));
        return diagnosis;
    }

    private static String lines(Diagnosis diagnosis) {
        return Translated.whole(diagnosis.report().findings()).stream()
                .map(DiagnosisTest::line)
                .collect(Collectors.joining("\n"));
    }

    private static String line(Finding finding) {
        return finding.severity().id() + " " + finding.cause().id() + " " + finding.ranks() + " " + finding.title()
                + (finding.parameters().isEmpty() ? "" : "\n    of " + String.join(" ", finding.parameters()))
                + "\n    do " + actions(finding.advice())
                + (finding.avoid().isEmpty() ? "" : ", not " + actions(finding.avoid()));
    }

    private static String actions(List<Advice> advice) {
        return advice.stream().map(each -> each.action().id()).collect(Collectors.joining(" "));
    }
}
