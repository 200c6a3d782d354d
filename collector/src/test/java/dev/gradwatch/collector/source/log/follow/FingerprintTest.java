package dev.gradwatch.collector.source.log.follow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FingerprintTest {
    @Test
    void fingerprint_growsWithItsFile() {
        Fingerprint one = Fingerprint.NONE.continued(bytes("one"), 3);
        assertThat(one.continued(bytes("one two"), 7)).isEqualTo(Fingerprint.NONE.continued(bytes("one two"), 7));
        assertThat(one.continued(bytes("one"), 3)).isEqualTo(one);
    }

    @Test
    void otherBeginning_isNoContinuation() {
        Fingerprint one = Fingerprint.NONE.continued(bytes("one"), 3);
        assertThat(one.continued(bytes("two three"), 9)).isNull();
        assertThat(one.continued(bytes("on"), 2)).isNull();
    }

    @Test
    void fingerprint_coversOneKibibyte() {
        byte[] head = new byte[2 * Fingerprint.MAX_BYTES];
        Fingerprint whole = Fingerprint.NONE.continued(head, head.length);
        assertThat(whole.bytes()).isEqualTo(Fingerprint.MAX_BYTES);
        head[Fingerprint.MAX_BYTES] = 1;
        assertThat(whole.continued(head, head.length)).isEqualTo(whole);
        head[Fingerprint.MAX_BYTES - 1] = 1;
        assertThat(whole.continued(head, head.length)).isNull();
    }

    @Test
    void text_isReadBack() {
        Fingerprint one = Fingerprint.NONE.continued(bytes("one"), 3);
        assertThat(Fingerprint.parse(one.text())).isEqualTo(one);
        assertThat(Fingerprint.parse(Fingerprint.NONE.text())).isEqualTo(Fingerprint.NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "12", "-1", "x-1", "12-", "12-g", "1025-0"})
    void malformedText_isRefused(String text) {
        assertThatThrownBy(() -> Fingerprint.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
