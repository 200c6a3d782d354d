package dev.gradwatch.collector.words;

import java.util.List;
import java.util.Map;

/**
 * A sentence with fields, in English and in the other language.
 *
 * @param source the book's line, of which others may come too
 * @param english words and fields by turns
 * @param spoken likewise, in any order
 */
record Template(String source, List<Part> english, List<Part> spoken) {
    Template {
        english = List.copyOf(english);
        spoken = List.copyOf(spoken);
    }

    sealed interface Part {}

    record Words(String text) implements Part {}

    /**
     * @param name as in {@code n2}
     * @param kind as in {@code n}
     */
    record Field(String name, String kind) implements Part {}

    /** Whether the English text may be this, by what costs nothing to look at. */
    boolean mayBe(String text) {
        return (!(english.get(0) instanceof Words first) || text.startsWith(first.text()))
                && (!(english.get(english.size() - 1) instanceof Words last) || text.endsWith(last.text()));
    }

    /** @param values of the fields by their names, in the other language */
    String spokenWith(Map<String, String> values) {
        StringBuilder out = new StringBuilder();
        for (Part part : spoken) {
            if (part instanceof Words words) {
                out.append(words.text());
            } else if (part instanceof Field field) {
                out.append(values.get(field.name()));
            }
        }
        return out.toString();
    }
}
