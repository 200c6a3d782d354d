package dev.gradwatch.collector.source.log.follow;

/** A text that grows, as somebody reads it. One thread at a time. */
public interface FollowedText {
    /**
     * What was appended; cut anywhere. May block for as long as the reader needs. The array is the caller's again afterwards.
     */
    void append(byte[] bytes, int offset, int length);

    /** Nothing came for a while: give out what waits for more. Called once each time the text falls silent. */
    void idle();

    /** The text ended: its file was replaced, truncated or removed, or the follower closes. Nothing follows. */
    void end();

    /**
     * Where a reader that starts anew has to begin so that nothing is lost and nothing is told twice. Asked now and then, and a last time
     * after {@link #end}, when what waited for more has been given out.
     */
    Position resumable();

    /** offset in bytes from the file's beginning, line = lines that end before it. */
    record Position(long offset, long line) {
        public static final Position START = new Position(0, 0);
    }
}
