package dev.gradwatch.agent.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.wire.Ask;
import dev.gradwatch.wire.FrameBuffer;
import dev.gradwatch.wire.Message;
import dev.gradwatch.wire.Refused;
import dev.gradwatch.wire.Welcome;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerTest {
    @Test
    void answers_ofTheCollectorsOwnWriter() {
        assertThat(read(new Ask(3), 5).toString()).contains("model=3.0").contains("probe=true");
        Map<?, ?> welcome = read(new Welcome(1, "0.1.0 \"ü\"", false), 7);
        assertThat(welcome.get("collector")).isEqualTo("0.1.0 \"ü\"");
        assertThat(welcome.get("sample")).isEqualTo(Map.of("norms", false));
        Map<?, ?> refused = read(new Refused("token: wrong\n(expected: the collector's)"), 5);
        assertThat(refused.get("reason")).isEqualTo("token: wrong\n(expected: the collector's)");
    }

    @Test
    void members_ofEveryShape() {
        String text =
                " {\"a\\u00e4\\n\\/\" : -1.5e3 , \"l\":[1,[{}],\"x\"], \"n\":null,\n\"o\":{\"t\":true}, \"e\":{} } ";
        assertThat(Answer.of(text.getBytes(UTF_8), 0))
                .isEqualTo(Map.of("aä\n/", -1500.0, "o", Map.of("t", true), "e", Map.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "1",
                "[]",
                "null",
                "{",
                "{\"a\"",
                "{\"a\":",
                "{\"a\":1",
                "{\"a\":1,",
                "{\"a\":1}}",
                "{1:2}",
                "{\"a\":\"\\u00g0\"}",
                "{\"a\":\"\\u00",
                "{\"a\":tru}",
                "{\"a\":--}",
                "{\"a\":1 2}",
                "{\"a\":\"\n\"}",
                "{\"a\" 1}",
                "{\"a\":[1}",
                "{not json"
            })
    void whatIsNoObject_isNull(String text) {
        assertThat(Answer.of(text.getBytes(UTF_8), 0)).isNull();
    }

    @Test
    void bytes_thatAreNoUtf8() {
        assertThat(Answer.of(new byte[] {'{', (byte) 0xFF, '}'}, 0)).isNull();
        assertThat(Answer.of(new byte[] {1}, 2)).isNull();
    }

    @Test
    void depth_isBounded() {
        assertThat(Answer.of(("{\"a\":" + "[".repeat(60_000)).getBytes(UTF_8), 0))
                .isNull();
        assertThat(Answer.of("{\"a\":".repeat(12_000).getBytes(UTF_8), 0)).isNull();
    }

    @Test
    void garbledFrames_neverThrow() {
        byte[] good = new FrameBuffer().add(new Welcome(1, "0.1.0", true)).toByteArray();
        Random random = new Random(8);
        for (int i = 0; i < 20_000; i++) {
            byte[] garbled = Arrays.copyOf(good, random.nextInt(good.length + 1));
            for (int flips = random.nextInt(4); flips > 0 && garbled.length > 0; flips--) {
                garbled[random.nextInt(garbled.length)] = (byte) random.nextInt(256);
            }
            Answer.of(garbled, 7);
        }
    }

    private static Map<?, ?> read(Message message, int offset) {
        Map<?, ?> members = Answer.of(new FrameBuffer().add(message).toByteArray(), offset);
        assertThat(members).isNotNull();
        return members;
    }
}
