package dev.gradwatch.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class StepReaderTest {
    private final StepReader reader = new StepReader();

    @Test
    void model_pastLimit() {
        assertRejected(
                Golden.of("step").payload().putShort(StepLayout.MODEL, (short) 64), "model: 64 (expected: 0-63)");
    }

    @Test
    void parameters_pastLimit() {
        assertRejected(
                Golden.of("step").payload().putInt(StepLayout.PARAMETERS, 262_145),
                "parameters: 262145 (expected: 0-262144)");
        assertRejected(
                Golden.of("step").payload().putInt(StepLayout.PARAMETERS, -1),
                "parameters: 4294967295 (expected: 0-262144)");
    }

    @Test
    void number_beyondSignedLong() {
        assertRejected(
                Golden.of("step").payload().putLong(StepLayout.WATCHED, -1),
                "watched: 18446744073709551615 (expected: 0-9223372036854775807)");
    }

    @Test
    void used_bitPastLastParameter() {
        assertRejected(
                Golden.of("step").payload().putLong(StepLayout.USED, 1 << 5),
                "used: a bit past parameter 4 (expected: none)");
    }

    @Test
    void wrap_doesNotMoveAndServesAgain() {
        ByteBuffer first = Golden.of("step-n65").payload();
        reader.wrap(first);

        assertThat(first.position()).isZero();
        assertThat(reader.wrap(Golden.of("step-n0").payload()).used()).isEmpty();
    }

    @Test
    void used_repeated_isTheSameArray() {
        long[] first = reader.wrap(Golden.of("step-n65").payload()).used();
        long[] again = reader.wrap(Golden.of("step-n65").payload()).used();

        assertThat(again).isSameAs(first);
    }

    @Test
    void used_changed_isANewArray() {
        ByteBuffer payload = Golden.of("step-n65").payload();
        long[] first = reader.wrap(payload).used();
        long[] copy = first.clone();
        payload.putLong(StepLayout.USED, ~payload.getLong(StepLayout.USED));
        long[] second = reader.wrap(payload).used();

        assertThat(first).isEqualTo(copy);
        assertThat(second[0]).isEqualTo(~first[0]);
        assertThat(second[1]).isEqualTo(first[1]);
    }

    private void assertRejected(ByteBuffer payload, String problem) {
        assertThatThrownBy(() -> reader.wrap(payload))
                .isInstanceOf(FrameException.class)
                .hasMessage("Malformed Step: " + problem);
    }
}
