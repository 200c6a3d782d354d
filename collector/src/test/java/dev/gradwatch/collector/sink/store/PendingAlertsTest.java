package dev.gradwatch.collector.sink.store;

import static dev.gradwatch.collector.model.AlertEvent.Kind.OPENED;
import static dev.gradwatch.collector.model.AlertEvent.Kind.RESOLVED;
import static dev.gradwatch.collector.model.AlertEvent.Kind.UPDATED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.model.AlertState;
import org.junit.jupiter.api.Test;

class PendingAlertsTest {
    private final PendingAlerts alerts = new PendingAlerts(3, 2);

    @Test
    void fullMemory_losesTheOldestUpdateFirst() {
        add(1, OPENED);
        add(2, UPDATED);
        add(3, UPDATED);
        add(4, RESOLVED);
        assertThat(alerts.lost()).isEqualTo(1);
        add(5, OPENED);
        assertThat(alerts.takeEvents(10)).extracting(AlertEvent::micros).containsExactly(1L, 4L, 5L);
    }

    @Test
    void fullMemoryWithoutUpdates_losesTheOldest() {
        for (int i = 1; i <= 5; i++) {
            add(i, OPENED);
        }
        assertThat(alerts.lost()).isEqualTo(2);
        assertThat(alerts.size()).isEqualTo(3);
        assertThat(alerts.takeEvents(2)).extracting(AlertEvent::micros).containsExactly(3L, 4L);
        assertThat(alerts.takeEvents(2)).extracting(AlertEvent::micros).containsExactly(5L);
        assertThat(alerts.isEmpty()).isTrue();
    }

    @Test
    void updatesThatWereTaken_areNotLostAgain() {
        add(1, UPDATED);
        alerts.takeEvents(1);
        for (int i = 2; i <= 5; i++) {
            add(i, OPENED);
        }
        assertThat(alerts.takeEvents(10)).extracting(AlertEvent::micros).containsExactly(3L, 4L, 5L);
    }

    @Test
    void mutes_areBounded() {
        alerts.add(Rows.mute("1", 1));
        alerts.add(Rows.mute("2", 1));
        alerts.add(Rows.mute("1", 2));
        alerts.add(Rows.mute("3", 1));
        assertThat(alerts.takeMutes()).containsExactly(Rows.mute("1", 2), Rows.mute("3", 1));
        assertThat(alerts.lost()).isEqualTo(1);
    }

    private void add(long micros, AlertEvent.Kind kind) {
        alerts.add(Rows.event(micros, kind, "1", "a", AlertState.OPEN));
    }
}
