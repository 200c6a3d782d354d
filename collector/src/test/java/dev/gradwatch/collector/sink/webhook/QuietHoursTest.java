package dev.gradwatch.collector.sink.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuietHoursTest {
    private static final QuietHours NIGHT =
            new QuietHours(LocalTime.of(22, 0), LocalTime.of(7, 30), ZoneId.of("Asia/Shanghai"));

    @ParameterizedTest
    @CsvSource({
        "2026-01-01T13:59:59Z,false,",
        "2026-01-01T14:00:00Z,true,2026-01-01T23:30:00Z",
        "2026-01-01T20:00:00Z,true,2026-01-01T23:30:00Z",
        "2026-01-01T23:29:59Z,true,2026-01-01T23:30:00Z",
        "2026-01-01T23:30:00Z,false,"
    })
    void night_passesMidnightInItsZone(Instant time, boolean quiet, Instant end) {
        long micros = 1_000 * time.toEpochMilli();
        assertThat(NIGHT.at(micros)).isEqualTo(quiet);
        if (quiet) {
            assertThat(NIGHT.endMicros(micros)).isEqualTo(1_000 * end.toEpochMilli());
        }
    }

    @Test
    void lunch_isWithinADay() {
        QuietHours lunch = new QuietHours(LocalTime.of(12, 0), LocalTime.of(13, 0), ZoneId.of("UTC"));
        long noon = 1_000 * Instant.parse("2026-01-01T12:00:00Z").toEpochMilli();
        assertThat(lunch.at(noon)).isTrue();
        assertThat(lunch.at(noon - 1)).isFalse();
        assertThat(lunch.at(noon + 3_600_000_000L)).isFalse();
    }
}
