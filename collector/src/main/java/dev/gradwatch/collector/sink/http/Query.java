package dev.gradwatch.collector.sink.http;

import dev.gradwatch.collector.model.Language;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A URL's query, with each value checked as it is read; an empty value counts as none. Each method throws a {@link Problem} that says
 * what was expected.
 */
record Query(Map<String, String> values) {
    static final int MAX_TEXT = 500;
    private static final int MAX_OFFSET = 1_000_000_000;
    static final int MAX_LIMIT = 1_000;
    private static final int USUAL_LIMIT = 100;
    private static final String LANGUAGES =
            Arrays.stream(Language.values()).map(Language::id).collect(Collectors.joining(" or "));

    Query {
        values = Map.copyOf(values);
    }

    private @Nullable String value(String name) {
        String value = values.get(name);
        return value == null || value.isEmpty() ? null : value;
    }

    /** Empty where there is none. */
    String text(String name) {
        String value = value(name);
        if (value != null && value.length() > MAX_TEXT) {
            throw Problem.invalid(name, value, "at most " + MAX_TEXT + " characters");
        }
        return value == null ? "" : value;
    }

    @Nullable
    String textOrNull(String name) {
        String text = text(name);
        return text.isEmpty() ? null : text;
    }

    /** What the collector's own sentences are answered in; English where nothing is asked for. */
    Language language() {
        return oneOf("lang", Language::of, Language.EN, LANGUAGES);
    }

    int offset() {
        return number("offset", 0, 0, MAX_OFFSET);
    }

    int limit() {
        return number("limit", USUAL_LIMIT, 1, MAX_LIMIT);
    }

    int number(String name, int usual, int min, int max) {
        Integer number = numberOrNull(name, min, max);
        return number == null ? usual : number;
    }

    @Nullable
    Integer numberOrNull(String name, int min, int max) {
        String value = value(name);
        if (value == null) {
            return null;
        }
        try {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below, together with numbers that are out of bounds.
        }
        throw Problem.invalid(name, value, min + "-" + max);
    }

    /** The number of a backward pass. */
    long pass(String name, long usual) {
        String value = value(name);
        if (value == null) {
            return usual;
        }
        try {
            long pass = Long.parseLong(value);
            if (pass >= 0) {
                return pass;
            }
        } catch (NumberFormatException e) {
            // Said below, together with numbers below zero.
        }
        throw Problem.invalid(name, value, "a backward pass, from 0 on");
    }

    /** A moment as Unix time. */
    long micros(String name, long usual) {
        String value = value(name);
        if (value == null) {
            return usual;
        }
        try {
            return Json.micros(Instant.parse(value));
        } catch (DateTimeParseException | ArithmeticException e) {
            throw Problem.invalid(name, value, "a time such as 2026-01-01T00:00:00Z");
        }
    }

    /** {@code true} or {@code false}; the latter where there is none. */
    boolean flag(String name) {
        String value = value(name);
        if (value != null && !value.equals("true") && !value.equals("false")) {
            throw Problem.invalid(name, value, "true or false");
        }
        return "true".equals(value);
    }

    /** @param of throws IllegalArgumentException for a word that is none */
    <T> T oneOf(String name, Function<String, T> of, T usual, String expected) {
        String value = value(name);
        if (value == null) {
            return usual;
        }
        try {
            return of.apply(value);
        } catch (IllegalArgumentException e) {
            throw Problem.invalid(name, value, expected);
        }
    }

    /**
     * What is listed with commas between.
     *
     * @param of throws IllegalArgumentException for a word that is none
     */
    <T> Set<T> anyOf(String name, Function<String, T> of, String expected) {
        Set<T> set = new LinkedHashSet<>();
        for (String word : text(name).split(",", -1)) {
            if (!word.isEmpty()) {
                try {
                    set.add(of.apply(word));
                } catch (IllegalArgumentException e) {
                    throw Problem.invalid(name, word, expected);
                }
            }
        }
        return set;
    }
}
