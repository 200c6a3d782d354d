package dev.gradwatch.collector.sink.webhook;

import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.model.Language;
import dev.gradwatch.collector.model.Severity;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One thing to say in a chat, in its readers' language and as plain text: each channel gives it its own form, escapes it, and shortens it until it is
 * within the channel's limits.
 *
 * @param severity of the worst that it is about
 * @param over whether it is good news
 * @param headline what it says in one line
 * @param detail a sentence or two more; empty where there are none
 * @param link to the page
 * @param linkWords what the link is called
 * @param alert the alert that it is about; empty for a digest
 * @param key stands for this very message, also when it is sent again
 * @param source what it was made of
 */
record Message(
        Language language,
        Severity severity,
        boolean over,
        String headline,
        String detail,
        List<Section> sections,
        String link,
        String linkWords,
        String alert,
        String key,
        Source source) {
    private static final int LEAST_CHARS = 40;

    Message {
        sections = List.copyOf(sections);
    }

    /**
     * A labelled part.
     *
     * @param label what it is, without a colon
     * @param text prose; empty where there is none
     * @param lines one below the other, each a name or a sentence
     * @param more how many lines there are besides
     * @param code to be pasted, of one or more lines; empty where there is none
     */
    record Section(String label, String text, List<String> lines, int more, String code) {
        Section {
            lines = List.copyOf(lines);
        }

        static Section text(String label, String text) {
            return new Section(label, text, List.of(), 0, "");
        }

        static Section lines(String label, List<String> lines, int more) {
            return new Section(label, "", lines, more, "");
        }

        private Section shorter() {
            int kept = Math.max(1, lines.size() / 2);
            List<String> first =
                    lines.stream().limit(kept).map(Message::shorter).toList();
            return new Section(label, Message.shorter(text), first, more + lines.size() - first.size(), half(code));
        }

        /** Half of its lines, since half a line would be pasted all the same. */
        private static String half(String code) {
            List<String> lines = code.lines().toList();
            return lines.size() < 2 ? "" : String.join("\n", lines.subList(0, lines.size() / 2));
        }
    }

    /** What programs are told: a step of one alert's life, or a digest's counts with the first of its events. */
    record Source(@Nullable AlertEvent event, @Nullable Tally tally, List<AlertEvent> first) {
        Source {
            first = List.copyOf(first);
        }
    }

    /**
     * What a digest holds.
     *
     * @param open alerts that are true now, by severity
     * @param resolved alerts that were told earlier and are over now
     * @param cameAndWent alerts that were over before they were told
     */
    record Tally(Map<Severity, Integer> open, int resolved, int cameAndWent) {
        int alerts() {
            return open.values().stream().mapToInt(Integer::intValue).sum() + resolved + cameAndWent;
        }
    }

    /** The same in about half the room; nothing is left out without a word. */
    Message shorter() {
        return new Message(
                language,
                severity,
                over,
                shorter(headline),
                shorter(detail),
                sections.stream().map(Section::shorter).toList(),
                link,
                linkWords,
                alert,
                key,
                source);
    }

    /** The same without its last section. */
    Message withoutLast() {
        return new Message(
                language,
                severity,
                over,
                headline,
                detail,
                sections.subList(0, Math.max(0, sections.size() - 1)),
                link,
                linkWords,
                alert,
                key,
                source);
    }

    private static String shorter(String text) {
        return Cut.chars(text, Math.max(LEAST_CHARS, text.length() / 2));
    }
}
