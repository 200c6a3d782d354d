package dev.gradwatch.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A writer that meets a limit leaves the excess out, or says which value broke it. */
class LimitsTest {
    private final FrameBuffer out = new FrameBuffer();

    @Test
    void frame_pastLimitIsTakenBack() {
        out.add(new Ask(1));
        int before = out.size();
        List<long[]> patterns = Collections.nCopies(256, new long[3 * 4096]);
        Ledger.Patterns health = new Ledger.Patterns(patterns, List.of(), null);
        Ledger.Series none = new Ledger.Series(new long[0], new double[0]);
        Ledger ledger =
                new Ledger(0, 1, 1, 1, health, health, null, none, none, List.of(), new Ledger.Times(0, 0, 0, 0));

        assertThatThrownBy(() -> out.add(ledger))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("Ledger: \\d+ bytes \\(expected: at most 16777216\\)");
        assertThat(out.size()).isEqualTo(before);
    }

    @Test
    void hello_withLongestOfEverythingFits() {
        String longest = "é".repeat(5000);
        Map<String, String> libraries = new TreeMap<>();
        for (int i = 0; i < 50; i++) {
            libraries.put(i + longest, longest);
        }
        out.add(new Hello(longest, 0, 1, 1)
                .group(longest)
                .host(longest, 0)
                .device(longest, longest)
                .framework(longest, longest)
                .language(longest)
                .reporter(longest)
                .command(Collections.nCopies(1000, longest))
                .libraries(libraries)
                .token("t"));

        assertThat(out.size()).isLessThan(Limits.MAX_HELLO_BYTES);
    }

    @Test
    void hello_rankOutOfRange() {
        assertThatThrownBy(() -> new Hello("j", 65_536, 2, 1)).hasMessage("rank: 65536 (expected: 0-65535)");
        assertThatThrownBy(() -> new Hello("j", 0, 0, 1)).hasMessage("world_size: 0 (expected: 1-65536)");
    }

    @Test
    void step_outOfRange() {
        assertThatThrownBy(() -> new Step(64, 0, 1, 0, 0, 1, 0, 0, new long[1]))
                .hasMessage("model: 64 (expected: 0-63)");
        assertThatThrownBy(() -> new Step(0, 0, 262_145, 0, 0, 1, 0, 0, new long[1]))
                .hasMessage("parameters: 262145 (expected: 0-262144)");
        assertThatThrownBy(() -> new Step(0, 0, 65, 0, 0, 1, 0, 0, new long[1]))
                .hasMessage("words of used: 1 (expected: 2-2)");
        assertThatThrownBy(() -> new Step(0, 0, 1, 0, 0, 1, 0, 0, new long[] {2}))
                .hasMessage("used: a bit past the last parameter (expected: none)");
        assertThatThrownBy(() -> new Step(0, 0, 1, 0, 0, 1, 0, 0, new long[1]).norms(new float[2]))
                .hasMessage("norms: 2 (expected: 1-1)");
    }

    @Test
    void gpu_outOfRange() {
        assertThatThrownBy(() -> gpu(65_536)).hasMessage("index: 65536 (expected: 0-65535)");
        assertThatThrownBy(() -> gpu(0).memory(null, -1L, null, null))
                .hasMessage("used_bytes: -1 (expected: 0-9223372036854775807)");
        assertThatThrownBy(() -> gpu(0).utilisation(101, null)).hasMessage("gpu_percent: 101 (expected: 0-100)");
        assertThatThrownBy(() -> gpu(0).temperature(-101))
                .hasMessage("temperature_celsius: -101 (expected: -100-1000)");
        assertThatThrownBy(() -> gpu(0).power(null, Double.NaN))
                .hasMessage("power_limit_watts: NaN (expected: 0-1000000)");
        assertThatThrownBy(() -> gpu(0).tenant(1, "", null, 65_536)).hasMessage("rank: 65536 (expected: 0-65535)");
    }

    @Test
    void gpu_leavesOutTenantsPastTheLimit() {
        String longest = "é".repeat(5000);
        Gpu gpu = new Gpu(1, longest, longest, 0, longest, "ok");
        for (int pid = 0; pid < 20; pid++) {
            gpu.tenant(pid, longest, 1L, 1);
        }
        String frame = new String(new FrameBuffer().add(gpu).toByteArray(), StandardCharsets.UTF_8);

        assertThat(frame).contains("{\"pid\":15,").doesNotContain("{\"pid\":16,");
        assertThat(frame.length()).isLessThan(20 * Limits.MAX_NAME_BYTES);
    }

    private static Gpu gpu(int index) {
        return new Gpu(1, "host", "GPU-1", index, "", "ok");
    }

    @Test
    void ledger_outOfRange() {
        List<long[]> many = new ArrayList<>(Collections.nCopies(5000, new long[4]));

        assertThatThrownBy(() -> new Ledger.Patterns(many, List.of(), null))
                .hasMessage("patterns: 5000 (expected: 0-256)");
        assertThatThrownBy(() -> new Ledger.Patterns(List.of(), many, null))
                .hasMessage("runs: 5000 (expected: 0-4096)");
        assertThatThrownBy(() -> new Ledger.Series(new long[5000], new double[5000]))
                .hasMessage("entries: 5000 (expected: 0-4096)");
    }

    @Test
    void manifest_largestModelIsChunkedAndCut() {
        Manifest manifest = new Manifest(0, "Huge", "Module", 262_145).module("", "Huge");
        for (int i = 0; i <= Limits.MAX_PARAMETERS; i++) {
            manifest.parameter("layer." + i, new int[] {2, 3}, "float32", true, false, 0, List.of());
        }
        out.add(manifest);

        ByteBuffer frames = out.view();
        int count = 0;
        while (frames.hasRemaining()) {
            int length = frames.getInt();
            assertThat(length).isLessThan(2 << 20);
            frames.position(frames.position() + length);
            count++;
        }
        assertThat(count).isGreaterThan(20);
        assertThat(StandardCharsets.UTF_8.decode(out.view()).toString())
                .contains("the model has 262145 parameters; those after the first 262144 were not watched");
    }

    @Test
    void name_pastLimitIsCutAtACharacter() {
        String cut = Text.name("a" + "é".repeat(600));

        assertThat(cut).startsWith("aéé").endsWith("é…");
        assertThat(Text.bytes(cut)).isBetween(Limits.MAX_NAME_BYTES - 1, Limits.MAX_NAME_BYTES);
        assertThat(Text.name("é".repeat(512))).isEqualTo("é".repeat(512));
    }

    @Test
    void message_losesItsMiddle() {
        String cut = Text.message("first" + "𝛼".repeat(20_000) + "last");

        assertThat(cut).startsWith("first").contains("…").endsWith("last");
        assertThat(Text.bytes(cut)).isBetween(Limits.MAX_TEXT_BYTES - 10, Limits.MAX_TEXT_BYTES);
    }

    @Test
    void versions_chooseTheHighestInCommon() {
        assertThat(Versions.choose(1, 1)).isEqualTo(1);
        assertThat(Versions.choose(1, 9)).isEqualTo(1);
        assertThat(Versions.choose(0, 1)).isEqualTo(1);
        assertThat(Versions.choose(2, 9)).isEqualTo(Versions.NONE);
        assertThat(Versions.choose(0, 0)).isEqualTo(Versions.NONE);
        assertThat(Versions.choose(9, 1)).isEqualTo(Versions.NONE);
        assertThat(Versions.refusal(7, 9)).isEqualTo("version: 7-9 (expected: 1)");
        assertThat(Versions.refusal(2, 2)).isEqualTo("version: 2 (expected: 1)");
    }

    @Test
    void view_isLittleEndian() {
        assertThat(out.add(new Ask(0)).view().order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
    }
}
