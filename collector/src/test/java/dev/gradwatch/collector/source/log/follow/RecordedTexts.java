package dev.gradwatch.collector.source.log.follow;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps all texts in the order in which they were opened. */
final class RecordedTexts implements FollowedTexts {
    private final List<RecordedText> texts = new CopyOnWriteArrayList<>();

    @Override
    public FollowedText open(Path file, FollowedText.Position from) {
        RecordedText text = new RecordedText(file, from);
        texts.add(text);
        return text;
    }

    List<RecordedText> all() {
        return texts;
    }

    /** The latest of a file that is at this path. */
    RecordedText of(Path file) {
        return texts.stream()
                .filter(text -> text.file.equals(file))
                .reduce((first, second) -> second)
                .orElseThrow();
    }

    /** Each as {@code name@offset:text}, a bar at its end where it has ended. */
    List<String> told() {
        return texts.stream()
                .map(text -> text.file.getFileName() + "@" + text.from.offset() + ":" + text.text()
                        + (text.hasEnded() ? "|" : ""))
                .toList();
    }
}
