package dev.gradwatch.collector.model;

import java.util.Locale;

/** A language that people are spoken to in. Names of parameters and torch's own words stay as they are in each. */
public enum Language {
    EN,
    ZH;

    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException with what was expected */
    public static Language of(String id) {
        for (Language language : values()) {
            if (language.id().equals(id)) {
                return language;
            }
        }
        throw new IllegalArgumentException("language: " + id + " (expected: en or zh)");
    }
}
