package dev.gradwatch.collector.words;

import dev.gradwatch.collector.words.Template.Field;
import dev.gradwatch.collector.words.Template.Part;
import dev.gradwatch.collector.words.Template.Words;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Fits templates to one text. A field ends where the words after it stand; where the rest does not fit then, at the next such place. Places are counted
 * over the whole text, so that names made of a template's own words cost a bounded time; past the bound nothing fits any more. Not thread-safe.
 */
final class Fit {
    /** An ordinary text needs some dozens. */
    static final int MAX_PLACES = 5_000;

    private final Map<String, List<Template>> sections;
    private int places;

    Fit(Map<String, List<Template>> sections) {
        this.sections = sections;
    }

    /** By the first template of the section that fits the whole text; null where none does. */
    Book.@Nullable Sentence sentence(String section, String text) {
        for (Template template : sections.getOrDefault(section, List.of())) {
            Map<String, String> values = values(template, text);
            if (values != null) {
                return new Book.Sentence(template, text, template.spokenWith(values));
            }
        }
        return null;
    }

    /** Places looked at, the measure of its work. */
    int places() {
        return places;
    }

    private @Nullable Map<String, String> values(Template template, String text) {
        if (!template.mayBe(text)) {
            return null;
        }
        Map<String, String> values = new HashMap<>();
        return fits(template.english(), 0, text, 0, values) ? values : null;
    }

    private boolean fits(List<Part> parts, int part, String text, int at, Map<String, String> values) {
        if (part == parts.size()) {
            return at == text.length();
        }
        if (parts.get(part) instanceof Words words) {
            return text.startsWith(words.text(), at)
                    && fits(parts, part + 1, text, at + words.text().length(), values);
        }
        Field field = (Field) parts.get(part);
        if (part + 1 == parts.size()) {
            return read(field, text, at, text.length(), values);
        }
        String next = ((Words) parts.get(part + 1)).text();
        // What ends the sentence stands at its end and nowhere else.
        int from = part + 2 == parts.size() ? text.length() - next.length() : at + 1;
        for (int end = text.indexOf(next, Math.max(from, at + 1)); end >= 0; end = text.indexOf(next, end + 1)) {
            if (read(field, text, at, end, values) && fits(parts, part + 2, text, end + next.length(), values)) {
                return true;
            }
        }
        return false;
    }

    /** Whether that part of the text is a value of the field, which is kept then in the other language. */
    private boolean read(Field field, String text, int from, int to, Map<String, String> values) {
        if (from >= to || places > MAX_PLACES) {
            return false;
        }
        places++;
        String value = text.substring(from, to);
        String spoken = switch (field.kind()) {
            case "text" -> value;
            case "n" -> isNumber(value) ? value : null;
            case "ranks" -> consistsOf(value, "0123456789,-") ? value : null;
            case "word" -> value.indexOf(' ') < 0 ? value : null;
            default -> {
                Book.Sentence part = sentence(field.kind(), value);
                yield part == null ? null : part.spoken();
            }
        };
        if (spoken == null) {
            return false;
        }
        values.put(field.name(), spoken);
        return true;
    }

    /** As Java and C print them. */
    private static boolean isNumber(String value) {
        char first = value.charAt(0);
        char last = value.charAt(value.length() - 1);
        return value.equals("NaN")
                || value.endsWith("Infinity")
                || ((first == '-' || Character.isDigit(first))
                        && Character.isDigit(last)
                        && consistsOf(value, "0123456789.,eE+-"));
    }

    private static boolean consistsOf(String value, String chars) {
        for (int i = 0; i < value.length(); i++) {
            if (chars.indexOf(value.charAt(i)) < 0) {
                return false;
            }
        }
        return true;
    }
}
