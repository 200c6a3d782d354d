package dev.gradwatch.collector.words;

import dev.gradwatch.collector.model.Advice;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Language;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A finding in a reader's language. Safe for any thread; remembers a bounded number of texts, since pages ask for the same ones again and again. */
public final class Phrases {
    private static final Phrases ENGLISH = new Phrases(Language.EN, text -> text);

    private static final int MAX_REMEMBERED = 1_024;
    private static final int MAX_REMEMBERED_CHARS = 2_000;

    private final Language language;
    private final UnaryOperator<String> book;
    private final Map<String, String> remembered = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > MAX_REMEMBERED;
        }
    };

    private Phrases(Language language, UnaryOperator<String> book) {
        this.language = language;
        this.book = book;
    }

    /** Read when it is first asked for. */
    private static final class Chinese {
        static final Phrases PHRASES = new Phrases(Language.ZH, Book.read("zh.txt")::spoken);
    }

    public static Phrases in(Language language) {
        return switch (language) {
            case EN -> ENGLISH;
            case ZH -> Chinese.PHRASES;
        };
    }

    public Language language() {
        return language;
    }

    /** The same finding, its title, detail and reasons in this language; a sentence that is not known here stays English. */
    public Finding of(Finding finding) {
        if (language == Language.EN) {
            return finding;
        }
        return new Finding(
                finding.id(),
                finding.cause(),
                finding.severity(),
                finding.model(),
                of(finding.title()),
                of(finding.detail()),
                finding.parameters(),
                finding.modules(),
                finding.ranks(),
                finding.evidence(),
                of(finding.advice()),
                of(finding.avoid()),
                finding.log());
    }

    private List<Advice> of(List<Advice> advice) {
        return advice.stream()
                .map(each -> new Advice(each.action(), of(each.why()), each.snippet()))
                .toList();
    }

    /** One of the collector's sentences, or several in a row, in this language; as it came where it is not known here. */
    public String of(String sentences) {
        if (language == Language.EN || sentences.length() > MAX_REMEMBERED_CHARS) {
            return book.apply(sentences);
        }
        synchronized (remembered) {
            String known = remembered.get(sentences);
            if (known != null) {
                return known;
            }
        }
        String spoken = book.apply(sentences);
        synchronized (remembered) {
            remembered.put(sentences, spoken);
        }
        return spoken;
    }
}
