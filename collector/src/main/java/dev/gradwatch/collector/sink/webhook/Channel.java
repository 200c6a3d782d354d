package dev.gradwatch.collector.sink.webhook;

/**
 * A vendor's way to be told something: the form of a message, its limits, and what an answer means. Without state; one thread uses it.
 */
interface Channel {
    /** How a later step of an alert's life is told. */
    enum Follow {
        /** The first message is changed; nobody is called again. */
        EDIT,
        /** A short line below the first message. */
        THREAD,
        /** A short line of its own. */
        LINE
    }

    /**
     * @param earlier what the server called the message about the same alert; empty where there is none, or it is not to be changed
     * @param nowMicros Unix time, for signatures
     */
    Call call(Message message, Webhook webhook, String earlier, long nowMicros);

    Outcome read(Answer answer);

    Rate rate();

    default Follow follow() {
        return Follow.LINE;
    }
}
