package dev.gradwatch.collector.source.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradwatch.collector.model.LedgerSnapshot;
import dev.gradwatch.collector.model.Manifest;
import dev.gradwatch.collector.model.ModelProgress;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.Probe;
import dev.gradwatch.collector.model.RankFailure;
import dev.gradwatch.collector.model.RankInfo;
import dev.gradwatch.collector.model.Step;
import dev.gradwatch.collector.model.TrainableChange;
import dev.gradwatch.collector.model.WatchCost;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordingTest {
    private static final String JOB = "seg/042 \u96ea";

    @TempDir
    Path folder;

    static Stream<Observation> observations() {
        BitSet some = new BitSet();
        some.set(0);
        some.set(70);
        LedgerSnapshot.Patterns used = new LedgerSnapshot.Patterns(
                List.of(new long[] {-1L, 1L}, new long[] {Long.MIN_VALUE, 0L}),
                List.of(new LedgerSnapshot.Run(0, 49, 0, 2), new LedgerSnapshot.Run(130, 137, 1, 3)),
                new LedgerSnapshot.Counts(10, 0, 9, 1, 2, List.of(new long[] {1, 2}, new long[] {-1, 9})));
        return Stream.of(
                new Observation.JobStarted(JOB, 1, "train.py", List.of("torchrun", "a b", "\u0000\n")),
                new Observation.JobEnded(JOB, 2, 1),
                new Observation.JobEnded(JOB, 3, null),
                new Observation.RankJoined(
                        JOB,
                        4,
                        1,
                        new RankInfo(
                                "none",
                                2,
                                8,
                                1,
                                "node",
                                4_000_000_000L,
                                "cuda:1",
                                "GPU-1",
                                "torch",
                                "2.13.0",
                                "python 3.11",
                                List.of("train.py"),
                                Map.of("lightning", "2.6.6"))),
                new Observation.ModelDescribed(
                        JOB,
                        5,
                        1,
                        new Manifest(
                                0,
                                "Net",
                                "DistributedDataParallel",
                                2,
                                3,
                                List.of(new Manifest.Module("", "Net")),
                                List.of(new Manifest.Parameter(
                                        "a.weight", List.of(4, 4), "float32", true, true, 0, List.of("b.weight"))),
                                new Manifest.DdpSettings(true, false, true, false, 25.0, false),
                                List.of("compiled"))),
                new Observation.ModelDescribed(
                        JOB, 6, 1, new Manifest(1, "Plain", "Module", 0, 0, List.of(), List.of(), null, List.of())),
                new Observation.StepReported(
                        JOB,
                        7,
                        1,
                        new Step(0, 2, 66, 9, 10, 11, 1_000_000, new long[] {-1L, 3L}, null, Double.NaN, Double.NaN)),
                new Observation.StepReported(
                        JOB,
                        8,
                        1,
                        new Step(
                                0,
                                58,
                                3,
                                9,
                                11,
                                12,
                                0,
                                new long[] {5L},
                                new float[] {-1f, Float.NaN, Float.POSITIVE_INFINITY},
                                12.5,
                                Double.NEGATIVE_INFINITY)),
                new Observation.TrainableChanged(JOB, 9, 1, 0, new TrainableChange(2, List.of(4, 5), List.of())),
                new Observation.LedgerReplaced(
                        JOB,
                        10,
                        1,
                        new LedgerSnapshot(
                                0,
                                120,
                                119,
                                4711,
                                used,
                                LedgerSnapshot.Patterns.EMPTY,
                                new float[] {0f, Float.MIN_VALUE},
                                null,
                                4704,
                                2,
                                List.of(new LedgerSnapshot.Sample(0, 1.25)),
                                List.of(),
                                List.of(),
                                new LedgerSnapshot.StepTimes(119, 1_190_000_000L, 9, 30))),
                new Observation.ModelProbed(
                        JOB, 11, 1, new Probe(0, 0, some, new BitSet(), some, null, true, 31, false)),
                new Observation.RankProgressed(
                        JOB,
                        12,
                        1,
                        List.of(new ModelProgress(0, 900, 905, 130, 10_000_000, 3)),
                        new WatchCost(4, 9, 1)),
                new Observation.RankFailed(
                        JOB,
                        13,
                        1,
                        new RankFailure("RuntimeError", "a\nb \ud83d\ude00", "Traceback …", "forward", 0, 1L)),
                new Observation.RankFailed(JOB, 14, 1, new RankFailure("KeyError", "'x'", "", "uncaught", null, null)),
                new Observation.RankLeft(JOB, 15, 1, false, "connection lost"));
    }

    @ParameterizedTest
    @MethodSource("observations")
    void observation_comesBackAsItWas(Observation observation) throws IOException {
        Path file = folder.resolve("run.jsonl");
        record(file, List.of(observation));
        assertThat(read(file))
                .singleElement()
                .usingRecursiveComparison()
                .withStrictTypeChecking()
                .withComparatorForType(Double::compare, Double.class)
                .withComparatorForType(Float::compare, Float.class)
                .isEqualTo(observation);
    }

    @ParameterizedTest
    @ValueSource(strings = {"run.jsonl", "run.jsonl.gz"})
    void file_isALineEach_orCompressed(String name) throws IOException {
        Path file = folder.resolve(name);
        record(file, observations().toList());
        assertThat(read(file)).hasSize((int) observations().count());
        byte[] start = Files.readAllBytes(file);
        if (name.endsWith(".gz")) {
            assertThat(start).startsWith(0x1f, 0x8b);
        } else {
            assertThat(Files.readAllLines(file))
                    .hasSize(1 + (int) observations().count())
                    .first()
                    .asString()
                    .startsWith("{\"schema\":\"gradwatch.recording/1\"");
        }
    }

    @Test
    void badLine_isCountedToldAndSkipped() throws IOException {
        Path file = folder.resolve("run.jsonl");
        record(file, observations().limit(2).toList());
        Files.writeString(file, "{\"kind\":\"Nonsense\"}\nnot json\n", StandardOpenOption.APPEND);
        Files.write(file, RecordingFormat.line(observations().findFirst().orElseThrow()), StandardOpenOption.APPEND);
        Files.writeString(file, "\n", StandardOpenOption.APPEND);

        List<String> complaints = new ArrayList<>();
        List<Observation> taken = new ArrayList<>();
        try (RecordingReader reader = RecordingReader.open(file, complaints::add)) {
            assertThat(reader.readAll(taken::add)).isEqualTo(3);
            assertThat(reader.badLines()).isEqualTo(2);
        }
        assertThat(complaints).hasSize(2);
        assertThat(complaints.get(0)).startsWith("Malformed line 4: ");
        assertThat(complaints.get(1)).startsWith("Malformed line 5: ");
    }

    @Test
    void contradiction_isABadLine() throws IOException {
        Path file = folder.resolve("run.jsonl");
        record(file, observations().limit(1).toList());
        List<String> complaints = new ArrayList<>();
        try (RecordingReader reader = RecordingReader.open(file, complaints::add)) {
            assertThat(reader.readAll(observation -> {
                        throw new IllegalArgumentException("rank: 9 (expected: 0-1)");
                    }))
                    .isZero();
        }
        assertThat(complaints).containsExactly("Malformed line 2: rank: 9 (expected: 0-1)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"run.jsonl", "run.jsonl.gz"})
    void recording_cutAtAnyByte_isReadAsFarAsItGoes(String name) throws IOException {
        Path file = folder.resolve(name);
        record(file, observations().limit(4).toList());
        byte[] whole = Files.readAllBytes(file);
        Path cut = folder.resolve("cut-" + name);
        for (int length = 0; length < whole.length; length++) {
            Files.write(cut, java.util.Arrays.copyOf(whole, length));
            List<String> complaints = new ArrayList<>();
            try (RecordingReader reader = RecordingReader.open(cut, complaints::add)) {
                assertThat(reader.readAll(observation -> {})).isBetween(0L, 4L);
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("(expected: ");
            }
            assertThat(complaints).isEmpty();
        }
    }

    @Test
    void otherFile_isRefused() throws IOException {
        Path file = folder.resolve("report.json");
        Files.writeString(file, "{\"schema\":\"gradwatch.report/1\"}\n");
        assertThatThrownBy(() -> RecordingReader.open(file, line -> {}))
                .isInstanceOf(IOException.class)
                .hasMessage(file + " is no recording (expected: a first line with schema gradwatch.recording/1)");
        Path missing = folder.resolve("missing.jsonl");
        assertThatThrownBy(() -> RecordingReader.open(missing, line -> {}))
                .hasMessage("recording: " + missing + " is missing (expected: a file written by --record)");
    }

    @Test
    void missingFolder_isOneLine() {
        Path file = folder.resolve("no/run.jsonl");
        assertThatThrownBy(() -> RecordingWriter.open(file))
                .hasMessage("record: " + file + ": its folder is missing (expected: a file in a folder that exists)");
    }

    @Test
    void fullDisk_stopsTheRecordingAndNotTheJob() {
        Path full = Path.of("/dev/full");
        org.junit.jupiter.api.Assumptions.assumeTrue(Files.exists(full), "this system has no /dev/full");
        assertThatThrownBy(() -> RecordingWriter.open(full))
                .hasMessageStartingWith("record: /dev/full: ")
                .hasMessageEndingWith("(expected: a file that can be written)");

        List<Integer> writes = new ArrayList<>();
        RecordingWriter writer = new RecordingWriter(full, new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                writes.add(b);
                throw new IOException("No space left on device");
            }
        });
        observations().forEach(writer::accept);
        assertThat(writes).hasSize(1);
        writer.close();
        writer.close();
    }

    @Test
    void endlessLine_isCutAtItsBound() throws IOException {
        byte[] endless = "x".repeat(1000).getBytes(StandardCharsets.UTF_8);
        try (Lines lines = new Lines(new java.io.ByteArrayInputStream(endless), 10)) {
            assertThat(lines.next()).hasSize(10);
            assertThat(lines.next()).isNull();
        }
    }

    private static void record(Path file, List<Observation> observations) throws IOException {
        try (RecordingWriter writer = RecordingWriter.open(file)) {
            observations.forEach(writer::accept);
        }
    }

    private static List<Observation> read(Path file) throws IOException {
        List<Observation> taken = new ArrayList<>();
        try (RecordingReader reader = RecordingReader.open(file, line -> {
            throw new AssertionError(line);
        })) {
            reader.readAll(taken::add);
        }
        return taken;
    }
}
