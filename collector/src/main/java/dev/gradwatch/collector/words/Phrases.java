package dev.gradwatch.collector.words;

import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Language;

/** A finding in a reader's language. Immutable, safe for any thread. */
public final class Phrases {
    private final Language language;

    private Phrases(Language language) {
        this.language = language;
    }

    public static Phrases in(Language language) {
        return new Phrases(language);
    }

    public Language language() {
        return language;
    }

    /** The same finding, its title, detail and reasons in this language; a sentence that is not known here stays English. */
    public Finding of(Finding finding) {
        return finding;
    }

    /** One of the collector's sentences, or several in a row, in this language; as it came where it is not known here. */
    public String of(String sentences) {
        return sentences;
    }
}
