package dev.gradwatch.collector.words;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.model.Advice;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Holds findings that a test made against the book: each sentence of theirs must be in it, whatever else the test is about. */
public final class Translated {
    static final Book BOOK = Book.read("zh.txt");

    /** Their titles are what a rank or torch said, in its own words. */
    private static final Set<Cause> QUOTING = Set.of(Cause.RANK_FAILED, Cause.KNOWN_MESSAGE, Cause.CUDA_ERROR);

    /** The template of such titles. */
    private static final String QUOTE = "{text}, {on}";

    /** Names and numbers: what has a digit or an underscore. */
    private static final Pattern FACT = Pattern.compile("[\\w.{}-]*[\\d_][\\w{}-]*");

    private Translated() {}

    /** The same findings, each text of which was found to be translated whole. */
    public static List<Finding> whole(List<Finding> findings) {
        for (Finding finding : findings) {
            boolean quotes = QUOTING.contains(finding.cause());
            sentence(finding.title(), quotes);
            sentence(finding.detail(), false);
            List<Advice> all = new ArrayList<>(finding.advice());
            all.addAll(finding.avoid());
            all.forEach(advice -> sentence(advice.why(), false));
        }
        return findings;
    }

    static void sentence(String text, boolean quotes) {
        for (Book.Sentence sentence : BOOK.sentences(text)) {
            if (!quotes) {
                assertThat(sentence.template())
                        .as("template of: %s", sentence.english())
                        .isNotNull();
                assertThat(sentence.template().source())
                        .as("template of: %s", sentence.english())
                        .isNotEqualTo(QUOTE);
            }
            for (Matcher fact = FACT.matcher(sentence.english()); fact.find(); ) {
                assertThat(sentence.spoken()).contains(fact.group());
            }
        }
    }
}
