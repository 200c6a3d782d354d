package dev.gradwatch.collector.source.log.follow;

import dev.gradwatch.collector.source.log.follow.FollowedText.Position;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What is known of one file, whatever its name is by now. On the follower's thread. */
final class FollowedFile {
    enum Phase {
        /** Lies under its name and is read as it grows. */
        FOLLOWED,
        /** Lost its name: is read to its end, then its text ends, and only then is the name somebody else's. */
        LEAVING,
        /** Its text has ended. It is known so that nothing of it is told twice, and read on where somebody still writes to it. */
        LEFT
    }

    private final Object identity;
    private final Pace pace;
    private Phase phase = Phase.FOLLOWED;
    private Path path;
    private boolean adrift;
    private @Nullable Path heldName;
    private @Nullable GuardedText text;
    private boolean begun;
    private Position resumable = Position.START;
    private long offset;
    private Fingerprint head = Fingerprint.NONE;
    private boolean failing;
    private boolean complained;
    private long walk;

    FollowedFile(Object identity, Path path, long nowNanos) {
        this.identity = identity;
        this.path = path;
        this.pace = new Pace(nowNanos);
    }

    /** It was followed before, by somebody who kept how far. */
    void resume(KeptFile kept) {
        begun = true;
        resumable = kept.position();
        offset = kept.offset();
        head = kept.fingerprint();
    }

    Object identity() {
        return identity;
    }

    Pace pace() {
        return pace;
    }

    Phase phase() {
        return phase;
    }

    /** Where it lies, as far as known. */
    Path path() {
        return path;
    }

    /** Whether it is unknown where it lies. */
    boolean isAdrift() {
        return adrift;
    }

    /** The name that it lost and nobody else gets before its end was read. */
    @Nullable
    Path heldName() {
        return heldName;
    }

    void moved(Path to) {
        path = to;
        adrift = false;
    }

    void drift() {
        adrift = true;
    }

    /** @param held the name it lost, or that an earlier follower knew it by */
    void leave(Path held) {
        phase = Phase.LEAVING;
        heldName = held;
    }

    /** Its end was read. */
    void left(long nowNanos) {
        endText();
        pace.ended(nowNanos);
        phase = Phase.LEFT;
        heldName = null;
    }

    /** Somebody wrote to it after all. */
    void returned() {
        phase = Phase.FOLLOWED;
    }

    void begin(GuardedText opened, Position from, Fingerprint fingerprint) {
        begun = true;
        text = opened;
        resumable = from;
        offset = from.offset();
        head = fingerprint;
    }

    /** Whether there is something to resume: it was read before. */
    boolean isBegun() {
        return begun;
    }

    @Nullable
    GuardedText text() {
        return text;
    }

    void endText() {
        if (text != null) {
            text.end();
            resumable = resumable();
            text = null;
        }
    }

    /** Never past what was read, whatever the text says. */
    Position resumable() {
        if (text != null) {
            Position said = text.resumable();
            resumable = said.offset() <= offset ? said : resumable;
        }
        return resumable;
    }

    /** Up to where it was read. */
    long offset() {
        return offset;
    }

    void advance(int bytes) {
        offset += bytes;
    }

    Fingerprint head() {
        return head;
    }

    void head(Fingerprint grown) {
        head = grown;
    }

    boolean isFailing() {
        return failing;
    }

    /** @return whether this was said of it before */
    boolean failed() {
        boolean before = complained;
        failing = true;
        complained = true;
        return before;
    }

    void recovered() {
        failing = false;
    }

    /** The latest walk that found it under a name that is meant. */
    long walk() {
        return walk;
    }

    void seen(long inWalk) {
        walk = inWalk;
    }
}
