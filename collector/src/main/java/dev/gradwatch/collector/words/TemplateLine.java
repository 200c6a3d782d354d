package dev.gradwatch.collector.words;

import dev.gradwatch.collector.words.Template.Field;
import dev.gradwatch.collector.words.Template.Part;
import dev.gradwatch.collector.words.Template.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lines of a book, and the plain templates that they stand for: one for each choice of what may be missing and of what may be either. */
final class TemplateLine {
    /** Kinds of fields that stand for themselves. */
    static final Set<String> PLAIN_KINDS = Set.of("n", "ranks", "word", "text");

    private static final Pattern EITHER = Pattern.compile("\\(([^()|]*(?:\\|[^()|]*)+)\\)");
    private static final Pattern DIGITS = Pattern.compile("\\d+$");

    private TemplateLine() {}

    /** @param sections that fields may be of */
    static List<Template> templates(String english, String spoken, Set<String> sections) {
        int optional = optionalParts(english);
        if (optional != optionalParts(spoken)) {
            throw new IllegalArgumentException("optional parts: " + optionalParts(spoken) + " in " + spoken
                    + " (expected: " + optional + ", as in " + english + ")");
        }
        List<Template> templates = new ArrayList<>();
        // The longest first: what may be missing must not end up in the field before it.
        for (int chosen = (1 << optional) - 1; chosen >= 0; chosen--) {
            List<Part> said = parts(with(spoken, chosen), sections);
            for (String plain : each(with(english, chosen))) {
                templates.add(checked(new Template(english, parts(plain, sections), said)));
            }
        }
        return templates;
    }

    private static Template checked(Template template) {
        if (!names(template.english()).equals(names(template.spoken()))) {
            throw new IllegalArgumentException(
                    "fields: " + names(template.spoken()) + " (expected: those of " + template.source() + ")");
        }
        for (int i = 1; i < template.english().size(); i++) {
            if (template.english().get(i - 1) instanceof Field
                    && template.english().get(i) instanceof Field) {
                throw new IllegalArgumentException(
                        "fields side by side: " + template.source() + " (expected: words between them)");
            }
        }
        return template;
    }

    private static Set<String> names(List<Part> parts) {
        Set<String> names = new TreeSet<>();
        for (Part part : parts) {
            if (part instanceof Field field) {
                names.add(field.name());
            }
        }
        return names;
    }

    private static int optionalParts(String line) {
        int count = 0;
        for (int i = 0; i < line.length(); i++) {
            if (line.charAt(i) == '\\') {
                i++;
            } else if (line.charAt(i) == '[') {
                count++;
            }
        }
        return count;
    }

    /** The line with those of its optional parts whose bits are set. */
    private static String with(String line, int chosen) {
        StringBuilder out = new StringBuilder();
        int part = -1;
        boolean kept = true;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '[') {
                part++;
                kept = (chosen >> part & 1) != 0;
            } else if (c == ']') {
                kept = true;
            } else if (kept) {
                out.append(c);
                if (c == '\\') {
                    out.append(line.charAt(++i));
                }
            } else if (c == '\\') {
                i++;
            }
        }
        return out.toString();
    }

    private static List<String> each(String line) {
        Matcher either = EITHER.matcher(line);
        if (!either.find()) {
            return List.of(line);
        }
        List<String> lines = new ArrayList<>();
        for (String choice : either.group(1).split("\\|", -1)) {
            lines.addAll(each(line.substring(0, either.start()) + choice + line.substring(either.end())));
        }
        return lines;
    }

    private static List<Part> parts(String line, Set<String> sections) {
        List<Part> parts = new ArrayList<>();
        StringBuilder words = new StringBuilder();
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\\') {
                words.append(line.charAt(++i));
            } else if (c == '{') {
                int end = line.indexOf('}', i);
                addWords(parts, words);
                parts.add(field(line.substring(i + 1, end), sections));
                i = end;
            } else {
                words.append(c);
            }
        }
        addWords(parts, words);
        return parts;
    }

    private static void addWords(List<Part> parts, StringBuilder words) {
        if (!words.isEmpty()) {
            parts.add(new Words(words.toString()));
            words.setLength(0);
        }
    }

    private static Field field(String name, Set<String> sections) {
        String kind = DIGITS.matcher(name).replaceFirst("");
        if (!PLAIN_KINDS.contains(kind) && !sections.contains(kind)) {
            throw new IllegalArgumentException(
                    "field: " + name + " (expected: one of " + PLAIN_KINDS + ", or a section above)");
        }
        return new Field(name, kind);
    }
}
