package dev.gradwatch.wire;

/**
 * A frame that does not say what its kind must say. The message starts with Malformed or Truncated and holds the bad value and the expectation.
 * It has no stack trace: the fault is the peer's, and a hostile one must not make it costly.
 */
public final class FrameException extends RuntimeException {
    private final String problem;

    private FrameException(String word, String problem) {
        super(word + " " + problem, null, false, false);
        this.problem = problem;
    }

    /** Such as {@code Malformed Step: model: 64 (expected: 0-63)}. */
    public static FrameException malformed(String frame, String problem) {
        return new FrameException("Malformed", frame + ": " + problem);
    }

    /** Such as {@code Truncated Step: 40 bytes (expected: at least 48)}. */
    public static FrameException truncated(String frame, int bytes, int expected) {
        return new FrameException("Truncated", frame + ": " + bytes + " bytes (expected: at least " + expected + ")");
    }

    /** The message without its first word, as the peer may be told it. */
    public String problem() {
        return problem;
    }
}
