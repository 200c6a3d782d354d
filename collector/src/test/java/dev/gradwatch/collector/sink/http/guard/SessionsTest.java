package dev.gradwatch.collector.sink.http.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SessionsTest {
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private final Sessions sessions = new Sessions(2, Duration.ofHours(1), now::get);

    @Test
    void session_isOpenUntilItsEnd() {
        String id = sessions.open();
        assertThat(id).hasSize(43);
        assertThat(sessions.isOpen(id)).isTrue();
        assertThat(sessions.isOpen(id + "x")).isFalse();
        now.set(Instant.EPOCH.plus(Duration.ofHours(1)));
        assertThat(sessions.isOpen(id)).isFalse();
    }

    @Test
    void oldest_goesWhereThereAreTooMany() {
        String first = sessions.open();
        String second = sessions.open();
        String third = sessions.open();
        assertThat(sessions.isOpen(first)).isFalse();
        assertThat(sessions.isOpen(second)).isTrue();
        sessions.close(second);
        assertThat(sessions.isOpen(second)).isFalse();
        assertThat(sessions.isOpen(third)).isTrue();
    }

    @Test
    void tokenHash_matchesItsTokenAndShowsNothing() {
        TokenHash hash = TokenHash.of("secret");
        assertThat(hash.matches("secret")).isTrue();
        assertThat(hash.matches("Secret")).isFalse();
        assertThat(hash).hasToString("TokenHash[hidden]");
        assertThat(TokenHash.ofHex("2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b")
                        .matches("secret"))
                .isTrue();
        assertThatThrownBy(() -> TokenHash.ofHex("xyz"))
                .hasMessage("token hash: of length 3 (expected: 64 hexadecimal digits)");
    }
}
