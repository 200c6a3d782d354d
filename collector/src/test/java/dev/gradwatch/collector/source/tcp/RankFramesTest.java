package dev.gradwatch.collector.source.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradwatch.collector.model.Gpu;
import dev.gradwatch.collector.model.GpuSample;
import dev.gradwatch.collector.model.GpuSample.Tenant;
import dev.gradwatch.collector.model.LedgerSnapshot;
import dev.gradwatch.collector.model.LedgerSnapshot.Run;
import dev.gradwatch.collector.model.LedgerSnapshot.Sample;
import dev.gradwatch.collector.model.LedgerSnapshot.StepTimes;
import dev.gradwatch.collector.model.Manifest;
import dev.gradwatch.collector.model.Manifest.DdpSettings;
import dev.gradwatch.collector.model.Manifest.Module;
import dev.gradwatch.collector.model.Manifest.Parameter;
import dev.gradwatch.collector.model.ModelProgress;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.Observation.GpuSampled;
import dev.gradwatch.collector.model.Observation.LedgerReplaced;
import dev.gradwatch.collector.model.Observation.ModelDescribed;
import dev.gradwatch.collector.model.Observation.ModelProbed;
import dev.gradwatch.collector.model.Observation.RankFailed;
import dev.gradwatch.collector.model.Observation.RankProgressed;
import dev.gradwatch.collector.model.Observation.StepReported;
import dev.gradwatch.collector.model.Observation.TrainableChanged;
import dev.gradwatch.collector.model.Probe;
import dev.gradwatch.collector.model.RankFailure;
import dev.gradwatch.collector.model.Step;
import dev.gradwatch.collector.model.TrainableChange;
import dev.gradwatch.collector.model.WatchCost;
import dev.gradwatch.wire.FrameException;
import dev.gradwatch.wire.FrameKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Golden frames to observations, and frames that say what they must not to errors that say why. */
class RankFramesTest {
    private static final long MICROS = 42;
    private static final DdpSettings DDP = new DdpSettings(false, false, true, false, 25, false);

    private static final String KNOWN_GPU =
            "\"micros\":0,\"host\":\"h\",\"uuid\":\"MIG-1\",\"index\":0,\"state\":\"no_permission\"";

    private final RankFrames frames = new RankFrames();

    @BeforeEach
    void speak() {
        frames.speakFor("job", 3);
    }

    @Test
    void step_withAllOptions() {
        ByteBuf bytes = Unpooled.wrappedBuffer(Golden.frame("step-all-options"));
        StepReported reported = frames.step(bytes, 5, bytes.readableBytes() - 5);

        assertThat(reported.job()).isEqualTo("job");
        assertThat(reported.rank()).isEqualTo(3);
        assertThat(reported.micros()).isEqualTo(1_795_337_991_123_456L);
        Step step = reported.step();
        assertThat(step.flags()).isEqualTo(2 | 8 | 16 | 32 | 64);
        assertThat(step.parameters()).isEqualTo(6);
        assertThat(step.step()).isEqualTo(7);
        assertThat(step.backward()).isEqualTo(9);
        assertThat(step.watched()).isEqualTo(10);
        assertThat(step.stepNanos()).isEqualTo(10_000_000);
        assertThat(step.used()).containsExactly(0b1111);
        assertThat(step.norms()).containsExactly(1.5f, Float.NaN, Float.POSITIVE_INFINITY, 0, -1, Float.MIN_VALUE);
        assertThat(step.checksum()).isNaN();
        assertThat(step.loss()).isEqualTo(Double.NEGATIVE_INFINITY);
    }

    @Test
    void manifest_inOneChunk() {
        assertThat(golden(ModelDescribed.class, FrameKind.MANIFEST, "manifest").manifest())
                .isEqualTo(new Manifest(
                        0,
                        "UNet",
                        "DistributedDataParallel",
                        3,
                        5,
                        List.of(new Module("", "UNet"), new Module("encoder", "Encoder"), new Module("head", "Linear")),
                        List.of(
                                parameter(
                                        "encoder.weight", List.of(4, 4), "float32", true, 1, "decoder.encoder.weight"),
                                parameter("head.weight", List.of(2, 4), "bfloat16", true, 2),
                                parameter("head.bias", List.of(), "float32", false, 2)),
                        DDP,
                        List.of("compiled by torch.compile: forwards of its modules were not watched")));
    }

    @Test
    void manifest_inTwoChunks() {
        assertThat(rare(FrameKind.MANIFEST, Golden.frame("manifest-chunk-0"))).isNull();
        assertThat(frames.waitingBytes()).isPositive();
        Manifest manifest = golden(ModelDescribed.class, FrameKind.MANIFEST, "manifest-chunk-1")
                .manifest();

        assertThat(manifest.parameters()).extracting(Parameter::name).containsExactly("a.weight", "a.bias", "b.weight");
        assertThat(manifest.modules()).hasSize(3);
        assertThat(manifest.notes()).containsExactly("one", "two");
        assertThat(frames.waitingBytes()).isZero();
    }

    @Test
    void manifest_ofAPlainModule() {
        Manifest manifest = golden(ModelDescribed.class, FrameKind.MANIFEST, "manifest-plain")
                .manifest();

        assertThat(manifest.ddp()).isNull();
        assertThat(manifest.parameters().get(0).name()).isEqualTo("школа.слой.重み");
    }

    @Test
    void manifest_whoseChunksDoNotFit() {
        assertRejected(FrameKind.MANIFEST, Golden.frame("manifest-chunk-1"), "chunk: 1 (expected: 0)");
        rare(FrameKind.MANIFEST, Golden.frame("manifest-chunk-0"));
        assertRejected(
                FrameKind.MANIFEST,
                "{\"model\":3,\"chunk\":1,\"chunks\":2}",
                "model: 3 (expected: 2, until its last chunk)");
        rare(FrameKind.MANIFEST, Golden.frame("manifest-chunk-0"));
        assertRejected(
                FrameKind.MANIFEST, "{\"model\":2,\"chunk\":1,\"chunks\":3}", "chunks: 3 in chunk 1 (expected: 2)");
        assertRejected(FrameKind.MANIFEST, "{\"model\":2,\"chunk\":0,\"chunks\":1}", "name: missing (expected: it)");
        assertThat(frames.waitingBytes()).isZero();
    }

    @Test
    void change() {
        TrainableChanged changed = golden(TrainableChanged.class, FrameKind.CHANGE, "change-both");

        assertThat(changed.model()).isEqualTo(1);
        assertThat(changed.change()).isEqualTo(new TrainableChange(4711, List.of(0), List.of(262_143)));
        assertRejected(
                FrameKind.CHANGE,
                "{\"model\":0,\"backward\":1,\"frozen\":[262144]}",
                "frozen: 262144 (expected: 0-262143)");
    }

    @Test
    void ledger() {
        LedgerSnapshot ledger =
                golden(LedgerReplaced.class, FrameKind.LEDGER, "ledger").ledger();

        assertThat(ledger.watched()).isEqualTo(58);
        assertThat(ledger.step()).isEqualTo(119);
        assertThat(ledger.backward()).isEqualTo(138);
        assertThat(ledger.used().patterns()).containsExactly(new long[] {5}, new long[] {7});
        assertThat(ledger.used().runs()).containsExactly(new Run(0, 49, 0, 2), new Run(130, 137, 1, 3));
        assertThat(ledger.used().counts()).isNull();
        assertThat(ledger.health().patterns()).containsExactly(new long[] {5, 4, 0}, new long[] {7, 0, 2});
        assertThat(ledger.lastNorms()).containsExactly(0.5f, Float.NaN, 1);
        assertThat(ledger.maxNorms()).containsExactly(1.5f, -1, 2);
        assertThat(ledger.lastNormsBackward()).isEqualTo(132);
        assertThat(ledger.lastNormsFlags()).isEqualTo(3);
        assertThat(ledger.totals())
                .containsExactly(new Sample(0, 1.25), new Sample(1, 1.5), new Sample(130, Double.NaN));
        assertThat(ledger.checksums()).containsExactly(new Sample(0, 12.5));
        assertThat(ledger.changes()).hasSize(2);
        assertThat(ledger.times()).isEqualTo(new StepTimes(119, 1_190_000_000, 9_000_000, 30_000_000));
    }

    @Test
    void ledger_withCounts() {
        LedgerSnapshot ledger =
                golden(LedgerReplaced.class, FrameKind.LEDGER, "ledger-counts").ledger();

        assertThat(ledger.used().counts()).isNotNull();
        assertThat(ledger.used().counts().noSync()).isEqualTo(2);
        assertThat(ledger.used().counts().by()).hasSize(2).allMatch(array -> array.length == 65);
        assertThat(ledger.used().counts().by().get(1)[1]).isEqualTo(-1);
        assertThat(ledger.lastNorms()).isNull();
        assertThat(ledger.lastNormsBackward()).isEqualTo(-1);
    }

    @Test
    void ledger_thatContradictsItself() {
        String start = "{\"model\":0,\"watched\":1,";
        assertRejected(
                FrameKind.LEDGER,
                start + "\"used\":{\"patterns\":[\"AAAAAAAAAAA=\"],\"runs\":[[0,5,0,0],[5,9,0,0]]}}",
                "used.runs: [5, 9, 0, 0] (expected: [first, last, pattern, flags] with 5 < first ≤ last)");
        assertRejected(
                FrameKind.LEDGER,
                start + "\"used\":{\"runs\":[[0,5,0,0]]}}",
                "used.runs: pattern 0 (expected: one of 0)");
        assertRejected(
                FrameKind.LEDGER,
                start + "\"health\":{\"patterns\":[\"AAAAAAAAAAA=\"]}}",
                "health.patterns: 8 bytes (expected: a multiple of 24, at most 98304)");
        assertRejected(
                FrameKind.LEDGER,
                start + "\"norms\":{\"last\":\"?\",\"max\":null}}",
                "norms.last: not base64 (expected: base64)");
        assertRejected(
                FrameKind.LEDGER,
                start + "\"used\":{\"counts\":{\"by\":[[1],[1,2]]}}}",
                "used.counts.by: 2 arrays (expected: 2, equally long)");
        assertRejected(
                FrameKind.LEDGER, start + "\"totals\":[[1]]}", "totals: one value (expected: [backward, value])");
        assertRejected(FrameKind.LEDGER, "{\"model\":0}", "watched: missing (expected: it)");
    }

    @Test
    void probe() {
        assertThat(golden(ModelProbed.class, FrameKind.PROBE, "probe").probe())
                .isEqualTo(new Probe(0, 0, bits(0, 1, 2), bits(1), bits(0, 1, 2, 3), bits(0, 1), true, 31, false));
        Probe unseen =
                golden(ModelProbed.class, FrameKind.PROBE, "probe-unseen").probe();
        assertThat(unseen.reachesOutput()).isNull();
        assertThat(unseen.reachesLoss()).isNull();
        assertThat(unseen.truncated()).isTrue();
    }

    @Test
    void failure() {
        assertThat(golden(RankFailed.class, FrameKind.FAILURE, "failure-uncaught")
                        .failure())
                .isEqualTo(
                        new RankFailure("Ошибка", "путь C:\\daten\\größe/x\u2028\u0001", "", "uncaught", null, null));
        assertThat(golden(RankFailed.class, FrameKind.FAILURE, "failure")
                        .failure()
                        .backward())
                .isEqualTo(1);
    }

    @Test
    void text_withHalfASurrogateCanBeWrittenAgain() {
        RankFailed failed = (RankFailed) rare(
                FrameKind.FAILURE,
                Golden.json(FrameKind.FAILURE, "{\"type\":\"E\",\"message\":\"a\\ud800b\",\"where\":\"forward\"}"));

        assertThat(failed.failure().message()).isEqualTo("a?b");
    }

    @Test
    void progress() {
        RankProgressed progressed = golden(RankProgressed.class, FrameKind.PROGRESS, "progress");

        assertThat(progressed.micros()).isEqualTo(MICROS);
        assertThat(progressed.models())
                .containsExactly(
                        new ModelProgress(0, 900, 905, 130, 10_000_000, 3), new ModelProgress(1, 0, 0, 0, 0, 0));
        assertThat(progressed.cost()).isEqualTo(new WatchCost(4_000_000, 9_000_000_000L, 0));
        assertRejected(FrameKind.PROGRESS, "{\"models\":[{\"model\":64}]}", "model: 64 (expected: 0-63)");
        assertRejected(FrameKind.PROGRESS, "{\"cost\":7}", "cost: 7 (expected: an object)");
    }

    @Test
    void gpu() {
        GpuSampled sampled = golden(GpuSampled.class, FrameKind.GPU, "gpu");

        assertThat(sampled.rank()).isEqualTo(3);
        assertThat(sampled.micros()).isEqualTo(1_795_337_991_123_456L);
        assertThat(sampled.sample())
                .isEqualTo(new GpuSample(
                        "knoten-ä",
                        "GPU-8f2d31c4-0b6e-4f0e-9c55-1d2a7a1f3b90",
                        3,
                        "NVIDIA H100 80GB HBM3",
                        Gpu.State.OK,
                        85_520_809_984L,
                        41_875_931_136L,
                        40_802_189_312L,
                        536_870_912L,
                        97,
                        0,
                        -5,
                        612.5,
                        700.0,
                        4L,
                        2L,
                        true,
                        List.of(
                                new Tenant(4711, "python größe.py", 536_870_912L, null),
                                new Tenant(4055, "", null, 1))));
    }

    @Test
    void gpu_ofWhichLittleIsKnown() {
        GpuSample expected = new GpuSample(
                "h",
                "MIG-1",
                0,
                "",
                Gpu.State.NO_PERMISSION,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                false,
                List.of());

        assertThat(golden(GpuSampled.class, FrameKind.GPU, "gpu-unknown").sample())
                .isEqualTo(expected);
        assertThat(gpu("\"used_bytes\":null,\"tenants\":null,\"later\":[{\"x\":1}]"))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"micros\":-1 | micros: -1 (expected: 0-9223372036854775807)",
                "\"micros\":null,\"micros\":\"1\" | micros: \"1\" (expected: 0-9223372036854775807)",
                "\"host\":1 | host: 1 (expected: a text)",
                "\"uuid\":{} | uuid: an object (expected: a text)",
                "\"index\":65536 | index: 65536 (expected: 0-65535)",
                "\"index\":0.5 | index: 0.5 (expected: 0-65535)",
                "\"name\":[] | name: an array (expected: a text)",
                "\"state\":\"OK\" | state: OK (expected: ok, lost, no_permission or failed)",
                "\"total_bytes\":-1 | total_bytes: -1 (expected: 0-9223372036854775807)",
                "\"used_bytes\":1e9 | used_bytes: 1e9 (expected: 0-9223372036854775807)",
                "\"rank_bytes\":true | rank_bytes: true (expected: 0-9223372036854775807)",
                "\"before_bytes\":9223372036854775808 | before_bytes: 9223372036854775808 (expected: 0-9223372036854775807)",
                "\"gpu_percent\":101 | gpu_percent: 101 (expected: 0-100)",
                "\"memory_percent\":-1 | memory_percent: -1 (expected: 0-100)",
                "\"temperature_celsius\":-101 | temperature_celsius: -101 (expected: -100-1000)",
                "\"power_watts\":-0.5 | power_watts: -0.5 (expected: 0-1000000)",
                "\"power_limit_watts\":\"NaN\" | power_limit_watts: NaN (expected: 0-1000000)",
                "\"throttle\":-4 | throttle: -4 (expected: 0-9223372036854775807)",
                "\"ecc_uncorrected\":-1 | ecc_uncorrected: -1 (expected: 0-9223372036854775807)",
                "\"pending_retirement\":0 | pending_retirement: 0 (expected: true or false)",
                "\"tenants\":{} | tenants: an object (expected: an array)",
                "\"tenants\":[1] | tenants: 1 (expected: an object)",
                "\"tenants\":[{}] | pid: missing (expected: it)",
                "\"tenants\":[{\"pid\":-1}] | pid: -1 (expected: 0-9223372036854775807)",
                "\"tenants\":[{\"pid\":1,\"name\":1}] | name: 1 (expected: a text)",
                "\"tenants\":[{\"pid\":1,\"used_bytes\":-1}] | used_bytes: -1 (expected: 0-9223372036854775807)",
                "\"tenants\":[{\"pid\":1,\"rank\":65536}] | rank: 65536 (expected: 0-65535)",
            })
    void gpu_outOfRange(String members, String problem) {
        assertRejected(FrameKind.GPU, "{" + KNOWN_GPU + "," + members + "}", problem);
    }

    @Test
    void gpu_pastItsLimits() {
        String longest = "x".repeat(1025);
        assertRejected(
                FrameKind.GPU,
                "{" + KNOWN_GPU + ",\"name\":\"" + longest + "\"}",
                "name: 1025 bytes (expected: at most 1024)");
        assertRejected(
                FrameKind.GPU,
                "{\"tenants\":[" + "{\"pid\":1},".repeat(16) + "{\"pid\":1}]}",
                "tenants: more than 16 (expected: at most 16)");
    }

    @Test
    void gpu_withoutWhatItMustSay() {
        for (String member : KNOWN_GPU.split(",")) {
            String others = Stream.of(KNOWN_GPU.split(","))
                    .filter(other -> !other.equals(member))
                    .collect(Collectors.joining(",", "{", "}"));
            String name = member.substring(1, member.indexOf('"', 1));
            assertRejected(FrameKind.GPU, others, name + ": missing (expected: it)");
        }
    }

    @Test
    void gpu_cutAtEveryByteIsNotWellFormed() {
        byte[] whole = Golden.frame("gpu");
        for (int cut = 5; cut < whole.length; cut++) {
            byte[] payload = Arrays.copyOfRange(whole, 5, cut);
            assertThatThrownBy(() -> rare(FrameKind.GPU, Golden.frame(FrameKind.GPU, payload)))
                    .as("cut at %s", cut)
                    .isInstanceOf(FrameException.class)
                    .hasMessageStartingWith("Malformed Gpu: ");
        }
    }

    private GpuSample gpu(String members) {
        return ((GpuSampled) rare(FrameKind.GPU, Golden.json(FrameKind.GPU, "{" + KNOWN_GPU + "," + members + "}")))
                .sample();
    }

    @Test
    void json_thatIsNone() {
        for (String json : List.of("", "{", "{\"a\":", "{\"a\" 1}", "{\"a\":[1,", "nonsense", "[".repeat(5000))) {
            assertThatThrownBy(() -> rare(FrameKind.PROGRESS, Golden.json(FrameKind.PROGRESS, json)))
                    .as(json)
                    .isInstanceOf(FrameException.class)
                    .hasMessageStartingWith("Malformed Progress: ")
                    .hasMessageContaining("(expected: ");
        }
        assertRejected(FrameKind.PROGRESS, "{} {}", "JSON: more after the object (expected: one object)");
    }

    private <T extends Observation> T golden(Class<T> type, int kind, String name) {
        Observation observation = rare(kind, Golden.frame(name));
        assertThat(observation).isInstanceOf(type);
        assertThat(observation.job()).isEqualTo("job");
        return type.cast(observation);
    }

    private Observation rare(int kind, byte[] frame) {
        ByteBuf bytes = Unpooled.wrappedBuffer(frame);
        return frames.rare(kind, bytes, 5, frame.length - 5, MICROS);
    }

    private void assertRejected(int kind, String json, String problem) {
        assertRejected(kind, Golden.json(kind, json), problem);
    }

    private void assertRejected(int kind, byte[] frame, String problem) {
        assertThatThrownBy(() -> rare(kind, frame))
                .isInstanceOf(FrameException.class)
                .hasMessage("Malformed " + FrameKind.name(kind) + ": " + problem);
    }

    private static Parameter parameter(
            String name, List<Integer> shape, String dtype, boolean trainable, int module, String... aliases) {
        return new Parameter(name, shape, dtype, trainable, trainable, module, List.of(aliases));
    }

    private static BitSet bits(int... indices) {
        BitSet bits = new BitSet();
        for (int index : indices) {
            bits.set(index);
        }
        return bits;
    }
}
