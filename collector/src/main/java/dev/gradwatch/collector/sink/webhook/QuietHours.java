package dev.gradwatch.collector.sink.webhook;

import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;

/**
 * When a team sleeps, each day.
 *
 * @param from the first minute that is quiet
 * @param to the first that no longer is; before {@code from} where the night is between them
 */
public record QuietHours(LocalTime from, LocalTime to, ZoneId zone) {
    public QuietHours {
        if (from.equals(to)) {
            throw new IllegalArgumentException("quiet_hours: " + from + " to " + to + " (expected: two times)");
        }
    }

    boolean at(long micros) {
        LocalTime time = local(micros).toLocalTime();
        boolean afterFrom = !time.isBefore(from);
        boolean beforeTo = time.isBefore(to);
        return from.isBefore(to) ? afterFrom && beforeTo : afterFrom || beforeTo;
    }

    /** When it next is no longer quiet, counted from a quiet moment. */
    long endMicros(long micros) {
        ZonedDateTime now = local(micros);
        ZonedDateTime end = now.with(to);
        if (!end.isAfter(now)) {
            end = now.plusDays(1).with(to);
        }
        return ChronoUnit.MICROS.between(Instant.EPOCH, end.toInstant());
    }

    private ZonedDateTime local(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS).atZone(zone);
    }
}
