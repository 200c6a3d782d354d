package dev.gradwatch.collector.source.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A value that a pattern's group gives, such as {@code param_indices=2:ints}.
 *
 * @param group of the pattern, from 1
 */
record Field(String name, int group, Type type) {
    /** Values of one list; a model of more parameters than that is cut, not the collector's memory spent. */
    static final int MAX_VALUES = 20_000;

    private static final Pattern NUMBER = Pattern.compile(
            "[-+]?(?:\\d+\\.?\\d*(?:[eE][-+]?\\d+)?|\\.\\d+|nan|inf)(?![\\w(])", Pattern.CASE_INSENSITIVE);
    private static final Pattern WHOLE_NUMBER = Pattern.compile("-?\\d+");
    private static final Pattern QUOTED = Pattern.compile("\"([^\"]*)\"|'([^']*)'");
    private static final Pattern SPEC = Pattern.compile("(\\w+)=(\\d{1,2})(?::(\\w+))?");

    enum Type {
        TEXT,
        INT,
        LONG,
        FLOAT,
        INTS,
        FLOATS,
        NAMES,
        QUOTED,
        /** Whether the group took part. */
        FLAG
    }

    /** How a group's text becomes a value; null where the text is none of the type. */
    private @Nullable Object value(String text) {
        return switch (type) {
            case TEXT -> text;
            case INT, LONG -> wholeNumber(text);
            case FLOAT -> floatingPoint(text);
            case INTS -> all(WHOLE_NUMBER, text, found -> wholeNumber(found.group()));
            case FLOATS -> all(NUMBER, text, found -> floatingPoint(found.group()));
            case NAMES -> List.of(limited(text.strip().split(",\\s*")));
            case QUOTED -> all(QUOTED, text, found -> found.group(1) != null ? found.group(1) : found.group(2));
            case FLAG -> true;
        };
    }

    /**
     * Reads {@code name=group} or {@code name=group:type}.
     *
     * @throws IllegalArgumentException with the text and what was expected
     */
    static Field parse(String spec) {
        Matcher matcher = SPEC.matcher(spec);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("field: " + spec + " (expected: name=group:type such as rank=1:int)");
        }
        String word = matcher.group(3) == null ? "text" : matcher.group(3);
        for (Type type : Type.values()) {
            if (type.name().toLowerCase(Locale.ROOT).equals(word)) {
                return new Field(matcher.group(1), Integer.parseInt(matcher.group(2)), type);
            }
        }
        throw new IllegalArgumentException(
                "field: " + spec + " (expected: a type of text, int, long, float, ints, floats, names, quoted, flag)");
    }

    /** Puts the values that were found; an earlier value gives way only to one that is there. */
    static void read(List<Field> fields, MatchResult found, Map<String, Object> into) {
        for (Field field : fields) {
            String text = found.group(field.group);
            Object value = text == null ? (field.type == Type.FLAG ? Boolean.FALSE : null) : field.value(text);
            if (value != null) {
                into.put(field.name, value);
            }
        }
    }

    private static @Nullable Object wholeNumber(String text) {
        try {
            long number = Long.parseLong(text.strip());
            // As a reader of JSON has it: the smaller type where it is enough.
            return (int) number == number ? (Object) (int) number : (Object) number;
        } catch (NumberFormatException none) {
            return null;
        }
    }

    private static @Nullable Object floatingPoint(String text) {
        String number = text.strip().toLowerCase(Locale.ROOT);
        try {
            return switch (number.replaceFirst("^[-+]", "")) {
                case "nan" -> Double.NaN;
                case "inf", "infinity" -> number.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
                default -> Double.valueOf(number);
            };
        } catch (NumberFormatException none) {
            return null;
        }
    }

    private static List<Object> all(Pattern pattern, String text, Function<MatchResult, @Nullable Object> value) {
        List<Object> values = new ArrayList<>();
        Matcher matcher = pattern.matcher(text);
        while (values.size() < MAX_VALUES && matcher.find()) {
            Object read = value.apply(matcher);
            if (read != null) {
                values.add(read);
            }
        }
        return List.copyOf(values);
    }

    private static String[] limited(String[] values) {
        return values.length <= MAX_VALUES ? values : java.util.Arrays.copyOf(values, MAX_VALUES);
    }
}
