package dev.gradwatch.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GoldenReaderTest {
    private final StepReader reader = new StepReader();

    static List<Golden> frames() throws IOException {
        return Golden.all();
    }

    static List<Golden> steps() throws IOException {
        return frames().stream().filter(frame -> frame.kind.equals("Step")).collect(Collectors.toList());
    }

    @ParameterizedTest
    @MethodSource("frames")
    void head_saysLengthAndKind(Golden golden) {
        ByteBuffer frame = ByteBuffer.wrap(golden.frame).order(ByteOrder.LITTLE_ENDIAN);

        assertThat(frame.getInt(0)).isEqualTo(golden.frame.length - 4);
        assertThat(FrameKind.name(frame.get(4) & 0xFF)).isEqualTo(golden.kind);
    }

    @ParameterizedTest
    @MethodSource("frames")
    void payload_saysTheValue(Golden golden) throws IOException {
        ByteBuffer payload = golden.payload();
        switch (golden.kind) {
            case "Hello":
                assertThat(payload.getInt(0)).isEqualTo(Versions.MAGIC);
                assertThat(payload.getShort(4))
                        .isEqualTo(golden.number("min_version").shortValue());
                assertThat(payload.getShort(6))
                        .isEqualTo(golden.number("max_version").shortValue());
                assertThat(golden.jsonFrom(Versions.HEAD_BYTES)).isEqualTo(golden.value.get("json"));
                return;
            case "Welcome":
                assertThat(payload.getShort(0))
                        .isEqualTo(golden.number("version").shortValue());
                assertThat(golden.jsonFrom(2)).isEqualTo(golden.value.get("json"));
                return;
            case "Step":
                assertStep(golden);
                return;
            case "0x7F":
                assertThat(payload.remaining() * 2)
                        .isEqualTo(golden.value.get("payload").asText().length());
                return;
            default:
                assertThat(golden.jsonFrom(0)).isEqualTo(golden.value);
        }
    }

    @ParameterizedTest
    @MethodSource("steps")
    void step_cutAtEveryByteIsTruncated(Golden golden) {
        ByteBuffer payload = golden.payload();
        int whole = StepLayout.bytes(
                golden.number("parameters").intValue(), golden.number("flags").intValue());

        for (int cut = 0; cut < whole; cut++) {
            ByteBuffer part = payload.duplicate().limit(cut);
            assertThatThrownBy(() -> reader.wrap(part))
                    .isInstanceOf(FrameException.class)
                    .hasMessageStartingWith("Truncated Step: " + cut + " bytes (expected: at least ");
        }
    }

    private void assertStep(Golden golden) {
        StepReader step = reader.wrap(golden.payload());

        assertThat(step.model()).isEqualTo(golden.number("model").intValue());
        assertThat(step.flags()).isEqualTo(golden.number("flags").intValue());
        assertThat(step.parameters()).isEqualTo(golden.number("parameters").intValue());
        assertThat(step.step()).isEqualTo(golden.number("step").longValueExact());
        assertThat(step.backward()).isEqualTo(golden.number("backward").longValueExact());
        assertThat(step.watched()).isEqualTo(golden.number("watched").longValueExact());
        assertThat(step.wallMicros()).isEqualTo(golden.number("wall_micros").longValueExact());
        assertThat(step.stepNanos()).isEqualTo(golden.number("step_nanos").longValueExact());
        assertThat(indices(step.used(), step.parameters())).isEqualTo(indices(golden.value.get("used")));
        assertThat(step.norms()).isEqualTo(norms(golden.value.get("norms")));
        assertThat(step.checksum()).isEqualTo(number(golden.value.get("checksum")));
        assertThat(step.loss()).isEqualTo(number(golden.value.get("loss")));
    }

    private static List<Integer> indices(long[] used, int parameters) {
        List<Integer> indices = new ArrayList<>();
        for (int i = 0; i < parameters; i++) {
            if ((used[i >> 6] & 1L << i) != 0) {
                indices.add(i);
            }
        }
        assertThat(Arrays.stream(used).map(Long::bitCount).sum()).isEqualTo(indices.size());
        return indices;
    }

    private static List<Integer> indices(JsonNode list) {
        List<Integer> indices = new ArrayList<>();
        list.forEach(index -> indices.add(index.asInt()));
        return indices;
    }

    static float[] norms(JsonNode list) {
        if (list == null) {
            return null;
        }
        float[] norms = new float[list.size()];
        for (int i = 0; i < norms.length; i++) {
            norms[i] = number(list.get(i)).floatValue();
        }
        return norms;
    }

    static Double number(JsonNode node) {
        return node == null ? Double.NaN : node.isTextual() ? Double.parseDouble(node.asText()) : node.asDouble();
    }

    @Test
    void golden_hasEachKind() throws IOException {
        assertThat(frames().stream().map(frame -> frame.kind).distinct())
                .contains("Hello", "Manifest", "Step", "Change", "Ledger", "Probe", "Failure", "Goodbye", "Progress")
                .contains("Message", "Gpu", "Launch")
                .contains("Welcome", "Ask", "Refused", "0x7F");
    }
}
