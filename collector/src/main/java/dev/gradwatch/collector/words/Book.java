package dev.gradwatch.collector.words;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * English sentences as templates, and each in another language; how it is written stands in the book itself. Immutable, safe for any thread. The work
 * for a text is bounded by its length, whatever names stand in it.
 */
final class Book {
    /** The section of whole sentences; the others are of fields. */
    private static final String SENTENCES = "sentences";

    private static final Pattern SECTION = Pattern.compile("\\[\\w+]");

    private static final int MAX_CHARS = 10_000;

    /** Ends of sentences that are tried from where one begins: names may hold what looks like an end. */
    private static final int MAX_ENDS = 12;

    /** The longest details have some ten; what comes after so many stays as it is. */
    static final int MAX_SENTENCES = 50;

    private final Map<String, List<Template>> sections;

    private Book(Map<String, List<Template>> sections) {
        this.sections = sections;
    }

    static Book read(String name) {
        try (InputStream stream = Book.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException(name + ": missing (expected: beside " + Book.class + ")");
            }
            return parse(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @throws IllegalArgumentException with the line that is wrong and what was expected */
    static Book parse(String text) {
        Map<String, List<Template>> sections = new LinkedHashMap<>();
        List<Template> section = new ArrayList<>();
        String english = null;
        for (String line : text.lines().toList()) {
            if (line.startsWith("= ") && english != null) {
                section.addAll(TemplateLine.templates(english, line.substring(2), sections.keySet()));
                english = null;
            } else if (english != null) {
                throw new IllegalArgumentException(
                        "line: " + line + " (expected: = and the other language of " + english + ")");
            } else if (SECTION.matcher(line).matches()) {
                // Put in before it is filled, a section might hold itself; fields are of sections that are complete.
                section = new ArrayList<>();
                sections.put(line.substring(1, line.length() - 1), section);
            } else if (!line.isBlank() && !line.startsWith("#")) {
                english = line;
            }
        }
        if (english != null || !sections.containsKey(SENTENCES)) {
            throw new IllegalArgumentException("end of the book: " + english + " (expected: a section of " + SENTENCES
                    + ", each in both languages)");
        }
        return new Book(sections);
    }

    /** Templates of sentences, as they are tried. */
    List<Template> sentences() {
        return sections.getOrDefault(SENTENCES, List.of());
    }

    /** The text in the other language, sentence by sentence; one that no template fits stays as it is. */
    String spoken(String text) {
        if (text.length() > MAX_CHARS) {
            return text;
        }
        StringBuilder out = new StringBuilder();
        for (Sentence sentence : sentences(text)) {
            append(out, sentence.spoken());
        }
        return out.toString();
    }

    /**
     * A sentence of a text.
     *
     * @param template null where none fits, and it is spoken as it is
     */
    record Sentence(@Nullable Template template, String english, String spoken) {}

    List<Sentence> sentences(String text) {
        Fit fit = fit();
        List<Sentence> found = new ArrayList<>();
        for (int at = 0; at < text.length(); ) {
            Sentence sentence = found.size() < MAX_SENTENCES ? sentenceAt(fit, text, at) : unknown(text.substring(at));
            found.add(sentence);
            // What is between two sentences is one blank.
            at += sentence.english().length() + 1;
        }
        return found;
    }

    /** For one text. */
    Fit fit() {
        return new Fit(sections);
    }

    private static Sentence sentenceAt(Fit fit, String text, int at) {
        int end = at;
        for (int tried = 0; tried < MAX_ENDS && end < text.length(); tried++) {
            end = endOfSentence(text, end);
            Sentence sentence = fit.sentence(SENTENCES, text.substring(at, end));
            if (sentence != null) {
                return sentence;
            }
        }
        return unknown(text.substring(at, endOfSentence(text, at)));
    }

    private static Sentence unknown(String text) {
        return new Sentence(null, text, text);
    }

    /** Behind a full stop, or a bracket that closes, with a blank after it; or the text's end. */
    private static int endOfSentence(String text, int from) {
        for (int blank = text.indexOf(' ', from + 1); blank >= 0; blank = text.indexOf(' ', blank + 1)) {
            char before = text.charAt(blank - 1);
            if (before == '.' || before == ')') {
                return blank;
            }
        }
        return text.length();
    }

    private static void append(StringBuilder out, String sentence) {
        if (!out.isEmpty() && "。）".indexOf(out.charAt(out.length() - 1)) < 0) {
            out.append(' ');
        }
        out.append(sentence);
    }
}
