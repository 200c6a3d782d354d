package dev.gradwatch.collector.sink.webhook;

/**
 * What an answer means for the message.
 *
 * @param waitMillis how long the server wants to be left alone at least; 0 where it did not say
 * @param message what the server calls the message, should it tell; else empty
 * @param reason why it failed, in one line; empty where it did not
 */
record Outcome(Result result, long waitMillis, String message, String reason) {
    enum Result {
        DELIVERED,
        /** Too many: the same again later. */
        LIMITED,
        /** The server is not well: the same again later. */
        LATER,
        /** The same again would be refused again. */
        REFUSED,
        /** The message that was to be changed is no longer there. */
        GONE
    }

    static Outcome delivered(String message) {
        return new Outcome(Result.DELIVERED, 0, message, "");
    }

    static Outcome limited(long waitMillis, String reason) {
        return new Outcome(Result.LIMITED, waitMillis, "", reason);
    }

    static Outcome later(long waitMillis, String reason) {
        return new Outcome(Result.LATER, waitMillis, "", reason);
    }

    static Outcome refused(String reason) {
        return new Outcome(Result.REFUSED, 0, "", reason);
    }

    static Outcome gone(String reason) {
        return new Outcome(Result.GONE, 0, "", reason);
    }
}
