package dev.gradwatch.collector.sink.webhook;

/**
 * What a channel remembers of an alert that it told: the outbox keeps it as one string, {@code MICROS MESSAGE}.
 *
 * @param micros the last event of it that was told
 * @param message what the server calls the message about it; empty where it has no name, or is about many
 */
record Told(long micros, String message) {
    /** @throws NumberFormatException where it is none */
    static Told of(String text) {
        int space = text.indexOf(' ');
        return new Told(Long.parseLong(text.substring(0, space)), text.substring(space + 1));
    }

    String text() {
        return micros + " " + message;
    }
}
