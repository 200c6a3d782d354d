package dev.gradwatch.collector.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.source.recording.RecordingReader;
import dev.gradwatch.collector.words.Translated;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Recorded runs of real jobs on two ranks, {@code golden-runs/SCENARIO.MODE.jsonl}, and beside each the findings that it must give, a line each:
 * severity, id, ranks, confidence, first advice.
 */
class GoldenRunsTest {
    static Stream<Path> runs() throws IOException, URISyntaxException {
        Path folder = Path.of(GoldenRunsTest.class.getResource("/golden-runs").toURI());
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jsonl")).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("runs")
    void findings_areTheExpectedOnes(Path run) throws IOException {
        assertThat(lines(replayed(observations(run))))
                .isEqualTo(Files.readAllLines(Path.of(run.toString().replace(".jsonl", ".findings"))));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void findings_comeOutAlike_whereEachFactIsToldTwice(Path run) throws IOException {
        List<Observation> once = observations(run);
        List<Observation> twice = new ArrayList<>();
        for (Observation observation : once) {
            twice.add(observation);
            if (observation instanceof Observation.StepReported) {
                twice.add(observation);
            }
        }

        assertThat(replayed(twice)).usingRecursiveComparison().isEqualTo(replayed(once));
    }

    private static List<Observation> observations(Path run) throws IOException {
        List<Observation> observations = new ArrayList<>();
        List<String> complaints = new ArrayList<>();
        try (RecordingReader reader = RecordingReader.open(run, complaints::add)) {
            reader.readAll(observations::add);
        }
        assertThat(complaints).isEmpty();
        return observations;
    }

    private static List<Finding> replayed(List<Observation> observations) {
        JobState state = new JobState(observations.get(0).job());
        observations.forEach(state::apply);
        return Translated.whole(state.report().findings());
    }

    private static List<String> lines(List<Finding> findings) {
        return findings.stream()
                .map(finding -> finding.severity().id() + " " + finding.id() + " ranks " + finding.ranks() + " "
                        + finding.evidence().confidence().id() + " advice "
                        + (finding.advice().isEmpty()
                                ? "none"
                                : finding.advice().get(0).action().id()))
                .toList();
    }
}
