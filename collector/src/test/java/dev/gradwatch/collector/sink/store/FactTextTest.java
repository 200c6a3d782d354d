package dev.gradwatch.collector.sink.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.analysis.JobParts;
import dev.gradwatch.collector.analysis.JobState;
import dev.gradwatch.collector.model.JobPart;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.sink.store.Store.StoredFact;
import dev.gradwatch.collector.source.recording.RecordingReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A state that was taken apart, written, read and put together says what it said before. */
class FactTextTest {
    static Stream<Path> runs() throws IOException {
        Path folder = Path.of("src/test/resources/golden-runs");
        try (Stream<Path> files = Files.list(folder)) {
            return Stream.concat(
                    files.filter(file -> file.toString().endsWith(".jsonl")).sorted().toList().stream(),
                    Stream.of(
                            Path.of("src/main/resources/demo/recorded-died.jsonl.gz"),
                            Path.of("src/main/resources/demo/recorded-fixed.jsonl.gz")));
        }
    }

    @ParameterizedTest
    @MethodSource("runs")
    void state_saysTheSame_whereverItWasTakenApart(Path run) throws IOException {
        List<Observation> all = observations(run);
        JobState state = new JobState(all.get(0).job());
        for (Observation observation : all) {
            state.apply(observation);

            JobState again = restored(state);

            assertThat(again.report()).usingRecursiveComparison().isEqualTo(state.report());
            assertThat(again.parameters()).hasToString(state.parameters().toString());
        }
    }

    @ParameterizedTest
    @MethodSource("runs")
    void state_goesOnAsIfNothingHadHappened(Path run) throws IOException {
        List<Observation> all = observations(run);
        JobState whole = new JobState(all.get(0).job());
        all.forEach(whole::apply);
        for (int cut = 1; cut < all.size(); cut++) {
            JobState first = new JobState(all.get(0).job());
            all.subList(0, cut).forEach(first::apply);
            JobState second = restored(first);
            all.subList(cut, all.size()).forEach(second::apply);

            assertThat(second.report().findings())
                    .as("cut after %d", cut)
                    .usingRecursiveComparison()
                    .isEqualTo(whole.report().findings());
        }
    }

    @ParameterizedTest
    @MethodSource("runs")
    void fact_hasTheBytesOfItsParent_whereNothingChanged(Path run) throws IOException {
        List<Observation> all = observations(run);
        JobState state = new JobState(all.get(0).job());
        all.forEach(state::apply);
        JobState again = restored(state);
        assertThat(again.parts().parts()).isEqualTo(state.parts().parts());
        for (JobPart part : state.parts().parts()) {
            byte[] before = FactText.encode(state.parts().fact(part)).body();
            byte[] after = FactText.encode(again.parts().fact(part)).body();
            assertThat(Arrays.equals(after, before)).as("%s", part).isTrue();
            assertThat(JobPart.at(part.place())).isEqualTo(part);
        }
    }

    private static JobState restored(JobState state) throws IOException {
        JobParts parts = state.parts();
        // As a store gives them back: by place.
        TreeMap<Long, StoredFact> stored = new TreeMap<>();
        for (JobPart part : parts.parts()) {
            StoredFact fact = FactText.encode(parts.fact(part));
            stored.put(fact.place(), fact);
        }
        String job = state.report().id();
        JobState again = new JobState(job);
        for (StoredFact fact : stored.values()) {
            FactText.decode(job, fact).forEach(again::apply);
        }
        return again;
    }

    private static List<Observation> observations(Path run) throws IOException {
        List<Observation> observations = new ArrayList<>();
        try (RecordingReader reader = RecordingReader.open(run, complaint -> {})) {
            reader.readAll(observations::add);
        }
        return observations;
    }
}
