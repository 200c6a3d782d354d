package dev.gradwatch.collector.sink.http;

import dev.gradwatch.collector.sink.http.Directory.MarkPage;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The marks of whole jobs as text, the latest {@link #KEPT} that were asked for: one of ten thousand parameters is most of a megabyte, is asked for every
 * few seconds by each page that shows it, and seldom changes. Thread-safe.
 */
final class MapAnswers {
    private static final int KEPT = 4;

    private final Map<String, Written> written = new LinkedHashMap<>(16, 0.75f, true);

    private record Written(MarkPage page, Answer answer) {}

    /** The one that was made before where the marks are those of before. */
    Answer of(String job, MarkPage page) {
        synchronized (written) {
            Written known = written.get(job);
            if (known != null && known.page().equals(page)) {
                return known.answer();
            }
        }
        Answer answer = Answer.ok(JobJson.marks(page));
        synchronized (written) {
            written.put(job, new Written(page, answer));
            if (written.size() > KEPT) {
                written.remove(written.keySet().iterator().next());
            }
        }
        return answer;
    }
}
