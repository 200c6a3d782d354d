package dev.gradwatch.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Java writer, given the values of the golden frames, must write their bytes. */
class GoldenWriterTest {
    private static final String UUID = "GPU-8f2d31c4-0b6e-4f0e-9c55-1d2a7a1f3b90";
    private static final Ledger.Times NO_TIMES = new Ledger.Times(0, 0, 0, 0);
    private static final Ledger.Series NO_SERIES = new Ledger.Series(new long[0], new double[0]);
    private static final Ledger.Patterns NO_PATTERNS = new Ledger.Patterns(List.of(), List.of(), null);

    @Test
    void hello_writesGolden() {
        assertWrites(
                "hello",
                hello("seg-042", 0)
                        .device("cuda:0", UUID)
                        .libraries(libraries())
                        .token("s3cret"));
    }

    @Test
    void hello_leavesOutWhatIsNotSet() {
        assertWrites(
                "hello-no-options",
                new Hello("seg-042", 1, 2, 4055)
                        .group("127.0.0.1:29500")
                        .attempt(0)
                        .host("node1", 1)
                        .device("cpu", null)
                        .framework("torch", "2.13.0+cpu")
                        .language("python 3.11.7")
                        .reporter("0.1.0")
                        .command(List.of("train.py", "--fold", "0")));
        assertWrites("hello-required", new Hello("j", 0, 1, 1));
    }

    @Test
    void hello_writesUtf8AndEscapesControls() {
        assertWrites(
                "hello-non-ascii",
                hello("läuft/задача-学習-𝛼", 0)
                        .host("knoten-ä", 0)
                        .device("cuda:0", UUID)
                        .libraries(libraries())
                        .command(List.of(
                                "train.py", "--note", "\"quoted\" \\ back / slash", "tab\tline\nbell\u0007del\u007f"))
                        .token("пароль"));
    }

    @Test
    void manifest_writesGolden() {
        Manifest manifest = new Manifest(0, "UNet", "DistributedDataParallel", 5)
                .module("", "UNet")
                .module("encoder", "Encoder")
                .module("head", "Linear")
                .parameter(
                        "encoder.weight", new int[] {4, 4}, "float32", true, true, 1, List.of("decoder.encoder.weight"))
                .parameter("head.weight", new int[] {2, 4}, "bfloat16", true, true, 2, List.of())
                .parameter("head.bias", new int[0], "float32", false, false, 2, List.of())
                .ddp(false, false, true, false, 25, false)
                .note("compiled by torch.compile: forwards of its modules were not watched");
        assertWrites("manifest", manifest);
        assertWrites(
                "manifest-plain",
                new Manifest(63, "Größe", "Module", 1)
                        .module("", "Größe")
                        .module("школа.слой", "Слой")
                        .parameter(
                                "школа.слой.重み",
                                new int[] {3, 0, Integer.MAX_VALUE},
                                "float64",
                                true,
                                false,
                                1,
                                List.of()));
        assertWrites(
                "manifest-empty",
                new Manifest(1, "Sequential", "DistributedDataParallel", 0).ddp(false, false, true, false, 25, false));
    }

    @Test
    void manifest_becomesChunks() {
        int chunkBytes = 320;
        Manifest manifest = new Manifest(2, "GAN", "DistributedDataParallel", 3, chunkBytes)
                .module("", "GAN")
                .module("a", "Linear")
                .module("b", "Linear")
                .parameter("a.weight", new int[] {8, 8}, "float32", true, true, 1, List.of())
                .parameter("a.bias", new int[] {8}, "float32", true, true, 1, List.of())
                .parameter("b.weight", new int[] {8, 8}, "float32", true, true, 2, List.of())
                .ddp(false, false, true, false, 25, false)
                .note("one")
                .note("two");
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(Golden.of("manifest-chunk-0").frame);
        both.writeBytes(Golden.of("manifest-chunk-1").frame);

        assertThat(new FrameBuffer().add(manifest).toByteArray()).isEqualTo(both.toByteArray());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "step",
                "step-n0",
                "step-n1",
                "step-n64",
                "step-n65",
                "step-n1000",
                "step-all-options",
                "step-norms",
                "step-checksum",
                "step-loss",
                "step-no-sync",
                "step-open"
            })
    void step_writesGolden(String name) {
        assertWrites(name, step(Golden.of(name)));
    }

    @Test
    void change_writesGolden() {
        assertWrites("change", new Change(0, 2, new int[] {4, 5}, new int[0]));
        assertWrites("change-both", new Change(1, 4711, new int[] {0}, new int[] {262143}));
    }

    @Test
    void ledger_writesGolden() {
        assertWrites(
                "ledger",
                new Ledger(
                        0,
                        58,
                        119,
                        138,
                        new Ledger.Patterns(
                                List.of(new long[] {5}, new long[] {7}),
                                List.of(new long[] {0, 49, 0, 2}, new long[] {130, 137, 1, 3}),
                                null),
                        new Ledger.Patterns(
                                List.of(new long[] {5, 4, 0}, new long[] {7, 0, 2}),
                                List.of(new long[] {0, 15, 0, 2}, new long[] {130, 132, 1, 3}),
                                null),
                        new Ledger.Norms(new float[] {0.5f, Float.NaN, 1}, new float[] {1.5f, -1, 2}, 132, 3),
                        new Ledger.Series(new long[] {0, 1, 130}, new double[] {1.25, 1.5, Double.NaN}),
                        new Ledger.Series(new long[] {0}, new double[] {12.5}),
                        List.of(new Change(0, 2, new int[] {1}, new int[0]), new Change(0, 60, new int[0], new int[] {1
                        })),
                        new Ledger.Times(119, 1_190_000_000, 9_000_000, 30_000_000)));
        assertWrites(
                "ledger-empty",
                new Ledger(0, 0, 0, 0, NO_PATTERNS, NO_PATTERNS, null, NO_SERIES, NO_SERIES, List.of(), NO_TIMES));
    }

    @Test
    void ledger_writesCounts() {
        long[] often = new long[65];
        often[0] = 4100;
        often[64] = 7;
        long[] last = new long[65];
        java.util.Arrays.fill(last, -1);
        last[0] = 9000;
        last[64] = 8999;
        long[] defined = new long[65];
        defined[0] = 2;
        long[] zero = new long[65];
        zero[0] = 1;
        assertWrites(
                "ledger-counts",
                new Ledger(
                        3,
                        4200,
                        9100,
                        9200,
                        new Ledger.Patterns(
                                List.of(new long[] {1, 1}),
                                List.of(new long[] {9001, 9100, 0, 2}),
                                new Ledger.Counts(4100, 0, 9000, 1, 2, List.of(often, last))),
                        new Ledger.Patterns(
                                List.of(),
                                List.of(),
                                new Ledger.Counts(2, 0, 1, 0, 0, List.of(defined, zero, new long[65]))),
                        null,
                        NO_SERIES,
                        NO_SERIES,
                        List.of(),
                        NO_TIMES));
    }

    @Test
    void probe_writesGolden() {
        assertWrites(
                "probe",
                new Probe(
                        0,
                        0,
                        new int[] {0, 1, 2},
                        new int[] {0, 1, 2, 3},
                        new int[] {0, 1},
                        new int[] {1},
                        true,
                        31,
                        false));
        assertWrites("probe-unseen", new Probe(0, 3, new int[0], null, null, new int[0], false, 100_000, true));
    }

    @Test
    void failure_writesGolden() {
        assertWrites(
                "failure",
                new Failure(
                        "RuntimeError",
                        "Expected to have finished reduction in the prior iteration before starting a new one.",
                        "Traceback (most recent call last):\n  File \"train.py\", line 3, in <module>\n",
                        "forward",
                        0,
                        1L));
        assertWrites(
                "failure-uncaught",
                new Failure("Ошибка", "путь C:\\daten\\größe/x\u2028\u0001", "", "uncaught", null, null));
    }

    @Test
    void progress_writesGolden() {
        List<Progress.Model> models =
                List.of(new Progress.Model(0, 900, 905, 130, 10_000_000, 3), new Progress.Model(1, 0, 0, 0, 0, 0));
        Progress.Cost cost = new Progress.Cost(4_000_000, 9_000_000_000L, 0);

        assertWrites("progress", new Progress(models, cost));
        assertWrites("progress-empty", new Progress(List.of(), new Progress.Cost(0, 0, 0)));
        assertWrites("goodbye", new Goodbye("exit", models, cost));
    }

    @Test
    void node_writesGolden() {
        assertWrites(
                "hello-node",
                Hello.ofNode("seg-042", "node1", "node1.cluster", 4000)
                        .reporter("0.1.0")
                        .token("s3cret"));
        assertWrites("hello-node-required", Hello.ofNode("j", "n", "h", 1));
        assertWrites(
                "launch-started",
                Launch.started(1_795_337_991_123_456L, "train", List.of("torchrun", "--nnodes", "2", "größe.py")));
        assertWrites("launch-ended", Launch.ended(1_795_337_999_000_000L, 137));
        assertWrites("launch-ended-unknown", Launch.ended(1_795_337_999_000_000L, null));
    }

    @Test
    void gpu_writesGolden() {
        assertWrites(
                "gpu",
                new Gpu(1_795_337_991_123_456L, "knoten-ä", UUID, 3, "NVIDIA H100 80GB HBM3", "ok")
                        .memory(85_520_809_984L, 41_875_931_136L, 40_802_189_312L, 536_870_912L)
                        .utilisation(97, 0)
                        .temperature(-5)
                        .power(612.5, 700.0)
                        .throttle(4L)
                        .errors(2L, true)
                        .tenant(4711, "python größe.py", 536_870_912L, null)
                        .tenant(4055, "", null, 1));
        assertWrites(
                "gpu-unknown",
                new Gpu(0, "h", "MIG-1", 0, "", "no_permission")
                        .memory(null, null, null, null)
                        .utilisation(null, null)
                        .temperature(null)
                        .power(null, null)
                        .throttle(null)
                        .errors(null, false));
    }

    @Test
    void messages_writeGolden() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("indices", List.of(58, 59));
        fields.put("names", List.of("a.weight", "ß"));
        fields.put("loss", 1.5);
        fields.put("worst", Double.NaN);
        fields.put("bytes", 12_884_901_888L);
        fields.put("uncaught", true);
        fields.put("nested", Map.of("deep", List.of(List.of(1), Map.of())));
        Messages messages = new Messages()
                .message(
                        "ddp.unused.default",
                        "error",
                        "stderr",
                        41,
                        43,
                        0,
                        1,
                        fields,
                        "RuntimeError: \"Expected\"\n\tto have finished",
                        new Messages.Guide("A parameter got no gradient.", "Use it.", "Größe"))
                .message(
                        "oom.cuda",
                        "critical",
                        "/logs/größe.log",
                        7,
                        7,
                        null,
                        0,
                        Map.of(),
                        "",
                        new Messages.Guide("", "", ""))
                .read("stderr", 44)
                .read("stdout", 0);
        assertWrites("message", messages);
        assertWrites("message-empty", new Messages());
    }

    @Test
    void messages_leaveOutFieldsPastTheirLimits() {
        Object deep = 1;
        for (int depth = 0; depth < Limits.MAX_FIELD_DEPTH; depth++) {
            deep = List.of(deep);
        }
        Messages messages = new Messages();
        messages.message("a", "info", "s", 1, 1, null, 0, Map.of("a", deep), "", new Messages.Guide("", "", ""));
        byte[] frame = new FrameBuffer().add(messages).toByteArray();

        assertThat(new String(frame, 5, frame.length - 5, java.nio.charset.StandardCharsets.UTF_8))
                .contains("\"fields\":{\"a\":[[[[[[[]]]]]]]}");
    }

    @Test
    void refusal_isReadWhateverItHolds() {
        assertThat(Refused.reasonIn("{\"reason\":\"Hello: rank: \\\"1\\\" (expected: 0-65535)\",\"speaks\":[1,1]}"))
                .isEqualTo("Hello: rank: \"1\" (expected: 0-65535)");
        assertThat(Refused.reasonIn("no\u0007thing")).isEqualTo("no?thing");
    }

    @Test
    void collector_writesGolden() {
        assertWrites("welcome", new Welcome(1, "0.1.0", true));
        assertWrites("ask", new Ask(0));
        assertWrites("refused", new Refused(Versions.refusal(7, 9)));
        assertWrites("refused-token", new Refused("token: wrong (expected: the collector's)"));
    }

    private static Hello hello(String job, int rank) {
        return new Hello(job, rank, 2, 4054)
                .group("127.0.0.1:29500")
                .attempt(0)
                .host("node1", 0)
                .framework("torch", "2.13.0+cpu")
                .language("python 3.11.7")
                .reporter("0.1.0")
                .command(List.of("train.py", "--fold", "0"));
    }

    private static Map<String, String> libraries() {
        Map<String, String> libraries = new LinkedHashMap<>();
        libraries.put("lightning", "2.6.6");
        libraries.put("nnunetv2", "2.8.1");
        return libraries;
    }

    private static Step step(Golden golden) {
        int parameters = golden.number("parameters").intValue();
        long[] used = new long[(parameters + 63) / 64];
        for (JsonNode index : golden.value.get("used")) {
            used[index.asInt() >> 6] |= 1L << index.asInt();
        }
        Step step = new Step(
                golden.number("model").intValue(),
                golden.number("flags").intValue(),
                parameters,
                golden.number("step").longValueExact(),
                golden.number("backward").longValueExact(),
                golden.number("watched").longValueExact(),
                golden.number("wall_micros").longValueExact(),
                golden.number("step_nanos").longValueExact(),
                used);
        if (golden.value.has("norms")) {
            step.norms(GoldenReaderTest.norms(golden.value.get("norms")));
        }
        if (golden.value.has("checksum")) {
            step.checksum(GoldenReaderTest.number(golden.value.get("checksum")));
        }
        if (golden.value.has("loss")) {
            step.loss(GoldenReaderTest.number(golden.value.get("loss")));
        }
        return step;
    }

    private static void assertWrites(String name, Message message) {
        assertThat(new FrameBuffer().add(message).toByteArray()).as(name).isEqualTo(Golden.of(name).frame);
    }
}
