package dev.gradwatch.collector.source.log.follow;

import dev.gradwatch.collector.source.log.follow.FollowedText.Position;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A text that cannot harm the follower: one that throws is said so of once, and dropped. On the follower's thread. */
final class GuardedText {
    private static final Logger logger = LoggerFactory.getLogger(GuardedText.class);

    private final Path file;
    private final Counters counters;
    private @Nullable FollowedText text;
    private Position resumable;
    private boolean dropped;

    private GuardedText(Path file, Position from, Counters counters) {
        this.file = file;
        this.resumable = from;
        this.counters = counters;
    }

    static GuardedText open(FollowedTexts texts, Path file, Position from, Counters counters) {
        GuardedText guarded = new GuardedText(file, from, counters);
        counters.opened.incrementAndGet();
        try {
            guarded.text = texts.open(file, from);
        } catch (Throwable e) {
            guarded.drop(e);
        }
        return guarded;
    }

    /** @return false where it has been dropped */
    boolean append(byte[] bytes, int length) {
        if (text != null) {
            try {
                text.append(bytes, 0, length);
                counters.bytes.addAndGet(length);
                return true;
            } catch (Throwable e) {
                drop(e);
            }
        }
        return false;
    }

    void idle() {
        if (text != null) {
            try {
                text.idle();
            } catch (Throwable e) {
                drop(e);
            }
        }
    }

    void end() {
        if (text != null) {
            try {
                text.end();
                resumable();
                counters.ended.incrementAndGet();
            } catch (Throwable e) {
                drop(e);
            }
            text = null;
        }
    }

    /** As the text last said, where it says nothing any more. */
    Position resumable() {
        if (text != null) {
            try {
                resumable = text.resumable();
            } catch (Throwable e) {
                drop(e);
            }
        }
        return resumable;
    }

    boolean isDropped() {
        return dropped;
    }

    /** Also of an error that is none of ours, as one text's stack overflow is no reason to leave the others alone. */
    private void drop(Throwable e) {
        text = null;
        dropped = true;
        counters.dropped.incrementAndGet();
        counters.ended.incrementAndGet();
        logger.warn("logs: {}: its reader failed and is given no more: {}", file, e.toString());
        logger.debug("logs: {}", file, e);
    }
}
