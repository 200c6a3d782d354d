package dev.gradwatch.collector.model;

import java.util.Locale;

/** Where an alert stands in its life. */
public enum AlertState {
    OPEN,
    /** A person has seen it; nobody is woken again until it resolves. */
    ACKNOWLEDGED,
    /** A {@link Mute} fits it. */
    MUTED,
    /** Its finding is no longer true, or its job ended well. */
    RESOLVED;

    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException with what was expected */
    public static AlertState of(String id) {
        for (AlertState state : values()) {
            if (state.id().equals(id)) {
                return state;
            }
        }
        throw new IllegalArgumentException("state: " + id + " (expected: open, acknowledged, muted or resolved)");
    }
}
