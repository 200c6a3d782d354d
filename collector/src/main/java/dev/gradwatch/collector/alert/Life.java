package dev.gradwatch.collector.alert;

import dev.gradwatch.collector.model.Alert;
import dev.gradwatch.collector.model.Alert.Since;
import dev.gradwatch.collector.model.AlertState;
import dev.gradwatch.collector.model.Finding;
import org.jspecify.annotations.Nullable;

/** One alert as it goes on. Changes under the book's lock only. */
final class Life {
    static final long NEVER = Long.MAX_VALUE;

    final String id;
    final String job;
    final Since since;
    String jobName;
    Finding finding;
    AlertState state = AlertState.OPEN;
    long openedMicros;
    long updatedMicros;

    @Nullable
    Long resolvedMicros;

    @Nullable
    Long mutedUntil;

    @Nullable
    String acknowledgedBy;

    String note = "";
    int opened = 1;
    /** Since when its finding has not been true; {@link #NEVER} while it is. */
    long absentSince = NEVER;
    /** How long its finding must be gone before it resolves. */
    long holdMicros = AlertBook.HOLD_MICROS;
    /** What was last told of it; its evidence grows without a word. */
    Finding told;

    Life(String id, String job, String jobName, Finding finding, Since since, long nowMicros) {
        this.id = id;
        this.job = job;
        this.jobName = jobName;
        this.finding = finding;
        this.told = finding;
        this.since = since;
        this.openedMicros = nowMicros;
        this.updatedMicros = nowMicros;
    }

    Life(Alert alert) {
        this(alert.id(), alert.job(), alert.jobName(), alert.finding(), alert.since(), alert.openedMicros());
        state = alert.state();
        updatedMicros = alert.updatedMicros();
        resolvedMicros = alert.resolvedMicros();
        mutedUntil = alert.mutedUntilMicros();
        acknowledgedBy = alert.acknowledgedBy();
        note = alert.note();
        opened = alert.opened();
        for (int again = 1; again < opened; again++) {
            growHold();
        }
    }

    boolean resolved() {
        return state == AlertState.RESOLVED;
    }

    /** What came back once may come back again: each time it must be gone for twice as long. */
    void growHold() {
        holdMicros = Math.min(AlertBook.MAX_HOLD_MICROS, holdMicros * 2);
    }

    /** Whether a person would read another sentence than the one that was told. */
    boolean saysMoreThanTold() {
        return finding.severity() != told.severity()
                || !finding.title().equals(told.title())
                || !finding.ranks().equals(told.ranks())
                || !finding.parameters().equals(told.parameters());
    }

    boolean isWorseThanTold() {
        return finding.severity().compareTo(told.severity()) > 0;
    }

    /** The state that it has where it is not resolved. */
    AlertState awake() {
        return mutedUntil != null
                ? AlertState.MUTED
                : acknowledgedBy != null ? AlertState.ACKNOWLEDGED : AlertState.OPEN;
    }

    Alert alert() {
        return new Alert(
                id,
                job,
                jobName,
                state,
                finding,
                openedMicros,
                updatedMicros,
                resolvedMicros,
                mutedUntil,
                acknowledgedBy,
                note,
                opened,
                since);
    }
}
