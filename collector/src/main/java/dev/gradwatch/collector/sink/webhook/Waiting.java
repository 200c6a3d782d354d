package dev.gradwatch.collector.sink.webhook;

import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.model.AlertEvent.Kind;
import dev.gradwatch.collector.model.Severity;
import org.jspecify.annotations.Nullable;

/** What is to be told of one alert: all its events since it was told last, as one. Holds no words, so that ten thousand of them are small. */
final class Waiting {
    final String alert;
    final long firstMicros;
    /** What was told before; null where nothing was. */
    final @Nullable Told told;

    long lastMicros;
    Severity severity;
    Kind kind;
    /** It was held back for a time, and is to be told with the others that were. */
    boolean gathered;

    Waiting(AlertEvent event, @Nullable Told told) {
        this.alert = event.alert().id();
        this.firstMicros = event.micros();
        this.told = told;
        this.lastMicros = event.micros();
        this.severity = event.alert().finding().severity();
        this.kind = kind(event.kind());
    }

    private Waiting(Waiting other, Told told) {
        this.alert = other.alert;
        this.firstMicros = other.firstMicros;
        this.told = told;
        this.lastMicros = other.lastMicros;
        this.severity = other.severity;
        this.kind = other.kind;
        this.gathered = other.gathered;
    }

    void add(AlertEvent event) {
        lastMicros = event.micros();
        severity = event.alert().finding().severity();
        boolean back = kind == Kind.REOPENED && event.kind() != Kind.RESOLVED;
        kind = back ? Kind.REOPENED : kind(event.kind());
    }

    /** Who was told nothing is told that it is here, whichever step of its life the last one was. */
    private Kind kind(Kind last) {
        return told == null && last != Kind.RESOLVED && last != Kind.REOPENED ? Kind.OPENED : last;
    }

    /** The same where the message about it cannot be changed. */
    Waiting withoutMessage() {
        return new Waiting(this, new Told(told == null ? 0 : told.micros(), ""));
    }

    boolean over() {
        return kind == Kind.RESOLVED;
    }

    boolean cameAndWent() {
        return over() && told == null;
    }

    boolean urgent() {
        return severity == Severity.CRITICAL && !over();
    }

    /** Whether all that a person needs to act must be said. */
    boolean fresh() {
        return kind == Kind.OPENED || kind == Kind.REOPENED;
    }
}
