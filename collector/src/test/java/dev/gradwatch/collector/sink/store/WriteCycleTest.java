package dev.gradwatch.collector.sink.store;

import static dev.gradwatch.collector.sink.store.Rows.NOW;
import static dev.gradwatch.collector.sink.store.Rows.fact;
import static dev.gradwatch.collector.sink.store.WriteCycle.Outcome.DONE;
import static dev.gradwatch.collector.sink.store.WriteCycle.Outcome.FAILED;
import static dev.gradwatch.collector.sink.store.WriteCycle.Outcome.MORE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.model.AlertState;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WriteCycleTest {
    private static final Batch NONE = new Batch(List.of(), List.of(), List.of(), List.of(), List.of());

    private final FakeStore store = new FakeStore();
    private final PendingAlerts alerts = new PendingAlerts(3_000, 10);
    private final Deque<Batch> source = new ArrayDeque<>();
    private final WriteCycle cycle = new WriteCycle(store, most -> source.isEmpty() ? NONE : source.pop(), alerts);

    @Test
    void nothingPending_writesNothing() {
        assertThat(cycle.turn()).isEqualTo(DONE);
        assertThat(store.tries).isEmpty();
    }

    @Test
    void whatIsPulledAndPushed_isOneBatch() {
        source.add(Rows.of(fact("a", "k", 1, "body")));
        alerts.add(event(1));
        alerts.add(Rows.mute("m", NOW));
        alerts.add(Rows.mute("m", NOW + 1));
        assertThat(cycle.turn()).isEqualTo(DONE);
        assertThat(store.written).singleElement().satisfies(batch -> {
            assertThat(batch.facts()).hasSize(1);
            assertThat(batch.events()).hasSize(1);
            assertThat(batch.mutes()).containsExactly(Rows.mute("m", NOW + 1));
        });
        assertThat(cycle.state()).isEqualTo(new WriterState(true, "", 0, 0, 3, 0));
    }

    @Test
    void moreThanABatchTakes_isWrittenInOrder() {
        IntStream.range(0, 2_500).forEach(i -> alerts.add(event(i)));
        assertThat(cycle.turn()).isEqualTo(MORE);
        assertThat(cycle.turn()).isEqualTo(MORE);
        assertThat(cycle.turn()).isEqualTo(DONE);
        assertThat(store.events()).extracting(AlertEvent::micros).isSorted().hasSize(2_500);
    }

    @Test
    void whatWaitsForAStoreThatIsAway_canBeSeen_inOrder_untilItIsWritten() {
        alerts.add(event(1));
        cycle.turn();
        assertThat(cycle.unwritten()).isEqualTo(Unwritten.NONE);

        store.away = true;
        alerts.add(event(2));
        cycle.turn();
        alerts.add(event(3));
        assertThat(cycle.turn()).isEqualTo(FAILED);
        assertThat(cycle.unwritten()).isEqualTo(new Unwritten(event(1).micros(), List.of(event(2), event(3))));

        store.away = false;
        cycle.turn();
        assertThat(cycle.unwritten()).isEqualTo(Unwritten.NONE);
    }

    @Test
    void event_isToldOnceItIsWritten_inOrder() {
        List<AlertEvent> told = new ArrayList<>();
        List<Integer> writtenWhenTold = new ArrayList<>();
        WriteCycle telling = new WriteCycle(store, most -> NONE, alerts, event -> {
            told.add(event);
            writtenWhenTold.add(store.events().size());
        });
        IntStream.range(0, 5).forEach(i -> alerts.add(event(i)));
        telling.turn();
        assertThat(told).isEqualTo(store.events()).hasSize(5);
        assertThat(writtenWhenTold).containsOnly(5);
    }

    @Test
    void event_isToldOnce_thoughTheStoreIsAway() {
        List<AlertEvent> told = new ArrayList<>();
        WriteCycle telling = new WriteCycle(store, most -> NONE, alerts, told::add);
        store.away = true;
        alerts.add(event(1));
        telling.turn();
        alerts.add(event(2));
        telling.turn();
        assertThat(told).extracting(AlertEvent::micros).containsExactly(event(1).micros(), event(2).micros());
        store.away = false;
        telling.turn();
        telling.turn();
        assertThat(told).hasSize(2);
        assertThat(store.events()).hasSize(2);
    }

    @Test
    void batchThatFailed_isKeptAndTriedAgainBeforeAllElse() {
        store.failures.add(FakeStore.gone());
        store.failures.add(FakeStore.gone());
        alerts.add(event(1));
        assertThat(cycle.turn()).isEqualTo(FAILED);
        alerts.add(event(2));
        source.add(Rows.of(fact("a", "k", 1, "body")));
        assertThat(cycle.turn()).isEqualTo(FAILED);
        assertThat(cycle.state()).isEqualTo(new WriterState(false, "store: no room on the disk (x)", 2, 0, 0, 2));
        assertThat(source).hasSize(1);

        assertThat(cycle.turn()).isEqualTo(MORE);
        assertThat(cycle.turn()).isEqualTo(DONE);
        assertThat(store.tries.stream().limit(3).map(Batch::id).distinct()).hasSize(1);
        assertThat(store.events()).containsExactly(event(1), event(2));
        assertThat(cycle.state()).isEqualTo(new WriterState(true, "", 0, 0, 3, 2));
    }

    @Test
    void wait_doublesUpToTenSecondsAndStartsAnew() {
        store.away = true;
        alerts.add(event(1));
        List<Long> waits = IntStream.range(0, 7)
                .mapToObj(i -> {
                    cycle.turn();
                    return Duration.ofNanos(cycle.nextWaitNanos()).toMillis();
                })
                .toList();
        assertThat(waits).containsExactly(500L, 1_000L, 2_000L, 4_000L, 8_000L, 10_000L, 10_000L);
        store.away = false;
        cycle.turn();
        assertThat(cycle.nextWaitNanos()).isEqualTo(WriteCycle.FIRST_WAIT_NANOS);
    }

    @Test
    void partThatIsRefused_isLeftOutAfterThreeTries() {
        store.refuses =
                batch -> batch.facts().stream().anyMatch(row -> row.job().equals("bad"));
        source.add(Rows.of(fact("a", "1", 1, "x"), fact("bad", "2", 1, "x"), fact("c", "3", 1, "x")));
        alerts.add(event(1));
        assertThat(cycle.turn()).isEqualTo(FAILED);
        assertThat(cycle.turn()).isEqualTo(FAILED);
        assertThat(cycle.turn()).isEqualTo(MORE);
        assertThat(store.written).hasSize(3);
        assertThat(store.events()).containsExactly(event(1));
        assertThat(cycle.state()).isEqualTo(new WriterState(true, "", 0, 1, 3, 4));
        assertThat(cycle.turn()).isEqualTo(DONE);
    }

    @Test
    void storeThatGoesAwayAmongTheParts_losesNone() {
        store.refuses = batch -> batch.size() > 1 || !batch.mutes().isEmpty();
        IntStream.range(0, 3).forEach(i -> alerts.add(event(i)));
        alerts.add(Rows.mute("m", NOW));
        cycle.turn();
        cycle.turn();
        store.failures.add(new StoreException("store: x refused a row (y)", new IllegalStateException(), true));
        store.failures.add(FakeStore.gone());
        assertThat(cycle.turn()).isEqualTo(FAILED);
        assertThat(cycle.state().pending()).isEqualTo(4);
        assertThat(cycle.turn()).isEqualTo(MORE);
        assertThat(store.events()).containsExactly(event(0), event(1), event(2));
        assertThat(cycle.state().lost()).isEqualTo(1);
        assertThat(cycle.state().available()).isTrue();
    }

    @Test
    void sourceThatFails_doesNotHoldAlertsUp() {
        WriteCycle broken = new WriteCycle(
                store,
                most -> {
                    throw new IllegalStateException("broken");
                },
                alerts);
        alerts.add(event(1));
        assertThat(broken.turn()).isEqualTo(DONE);
        assertThat(store.events()).containsExactly(event(1));
    }

    @Test
    void diskThatIsFull_losesNoAlertAndKeepsTheirOrder(@org.junit.jupiter.api.io.TempDir java.nio.file.Path folder)
            throws Exception {
        try (Tmpfs disk = Tmpfs.mount(folder.resolve("disk"), "6m");
                Store sqlite = Stores.open("jdbc:sqlite:" + disk.folder().resolve("gradwatch.db"))) {
            WriteCycle real = new WriteCycle(sqlite, most -> NONE, alerts);
            java.nio.file.Path filler = null;
            for (int i = 0; i < 2_000; i++) {
                alerts.add(event(i));
                if (i == 700) {
                    filler = disk.fill();
                }
                if (i % 50 == 0) {
                    real.turn();
                }
            }
            assertThat(real.state().available()).isFalse();
            assertThat(real.state().reason()).startsWith("store: no room on the disk (");
            assertThat(sqlite.eventsAfter(0, 3_000)).hasSizeLessThan(1_999);
            java.nio.file.Files.delete(filler);
            while (real.turn() != DONE) {
                assertThat(real.state().available()).isTrue();
            }
            assertThat(sqlite.eventsAfter(0, 3_000))
                    .hasSize(2_000)
                    .extracting(AlertEvent::micros)
                    .isSorted();
            assertThat(real.state().lost()).isZero();
        }
    }

    static AlertEvent event(int after) {
        return Rows.event(NOW + after, AlertEvent.Kind.OPENED, "1", "a", AlertState.OPEN);
    }
}
