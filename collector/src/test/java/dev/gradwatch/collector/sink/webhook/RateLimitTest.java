package dev.gradwatch.collector.sink.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.sink.http.AlertJson;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RateLimitTest {
    @ParameterizedTest
    @EnumSource(Kind.class)
    void sends_neverPassAnyWindow(Kind kind) {
        Rate rate = kind.channel(AlertJson::event).rate();
        RateLimit limit = new RateLimit(rate);
        List<Long> sends = new ArrayList<>();
        long now = 0;
        for (int i = 0; i < 200; i++) {
            now = limit.freeMicros(now);
            limit.sent(now);
            sends.add(now);
        }
        for (Rate.Window window : rate.windows()) {
            for (int i = window.sends(); i < sends.size(); i++) {
                assertThat(sends.get(i) - sends.get(i - window.sends()))
                        .isGreaterThanOrEqualTo(1_000 * window.millis());
            }
        }
        assertThat(rate.windows().isEmpty()).isEqualTo(kind == Kind.GENERIC);
    }

    @Test
    void backoff_doublesToFiveMinutesWithHalfByChance() {
        Backoff longest = new Backoff(() -> 1.0);
        Backoff shortest = new Backoff(() -> 0.0);
        List<Long> most = new ArrayList<>();
        for (int i = 0; i < 11; i++) {
            most.add(longest.nextMillis());
            assertThat(shortest.nextMillis()).isEqualTo(most.get(i) / 2);
        }
        assertThat(most)
                .containsExactly(
                        1_000L, 2_000L, 4_000L, 8_000L, 16_000L, 32_000L, 64_000L, 128_000L, 256_000L, 300_000L,
                        300_000L);
        longest.reset();
        assertThat(longest.nextMillis()).isEqualTo(1_000);
    }
}
