package dev.gradwatch.collector.source.log.follow;

import dev.gradwatch.collector.source.log.follow.FollowedText.Position;
import java.util.Objects;

/**
 * How far a file was read, as the positions file says it. Immutable.
 *
 * @param path where it lay
 * @param key what makes it the same file under another name
 * @param head its fingerprint
 * @param offset where a reader that starts anew has to begin, in bytes
 * @param line lines that end before it
 * @param seen seconds of the epoch when it was last there
 */
record KeptFile(String path, String key, String head, long offset, long line, long seen) {
    KeptFile {
        Objects.requireNonNull(path);
        Objects.requireNonNull(key);
        Fingerprint.parse(head);
        if (offset < 0 || line < 0) {
            throw new IllegalArgumentException("position: " + offset + ", line " + line + " (expected: 0 or more)");
        }
    }

    static KeptFile of(FollowedFile file, long seen) {
        Position at = file.resumable();
        return new KeptFile(
                file.path().toString(), file.identity().toString(), file.head().text(), at.offset(), at.line(), seen);
    }

    Position position() {
        return new Position(offset, line);
    }

    Fingerprint fingerprint() {
        return Fingerprint.parse(head);
    }
}
