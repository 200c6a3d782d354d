package dev.gradwatch.collector.model;

import java.util.Locale;

/**
 * One step in an alert's life; what is delivered and what the history holds.
 *
 * @param micros Unix time; no two events of one collector have the same, and later ones have more
 * @param alert as it stands after the step, its evidence included
 */
public record AlertEvent(long micros, Kind kind, Alert alert) {
    public enum Kind {
        OPENED,
        /** Its severity, its title, its parameters or its ranks are others now. */
        UPDATED,
        ACKNOWLEDGED,
        MUTED,
        /** The mute's time is over. */
        UNMUTED,
        RESOLVED,
        REOPENED;

        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
