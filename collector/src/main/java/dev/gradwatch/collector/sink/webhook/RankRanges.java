package dev.gradwatch.collector.sink.webhook;

import java.util.List;

/** Ranks as a person writes them: {@code 0-7, 12}. */
final class RankRanges {
    /** @param ranks ascending */
    static String of(List<Integer> ranks) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < ranks.size(); ) {
            int end = i;
            while (end + 1 < ranks.size() && ranks.get(end + 1) == ranks.get(end) + 1) {
                end++;
            }
            text.append(text.isEmpty() ? "" : ", ").append(ranks.get(i));
            if (end > i) {
                text.append(end == i + 1 ? ", " : "-").append(ranks.get(end));
            }
            i = end + 1;
        }
        return text.toString();
    }

    private RankRanges() {}
}
