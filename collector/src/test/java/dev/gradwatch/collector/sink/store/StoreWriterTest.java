package dev.gradwatch.collector.sink.store;

import static dev.gradwatch.collector.sink.store.Rows.fact;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StoreWriterTest {
    private static final Batch NONE = new Batch(List.of(), List.of(), List.of(), List.of(), List.of());
    private static final Duration LONG = Duration.ofSeconds(20);

    private final FakeStore store = new FakeStore();

    @Test
    void alert_isWrittenSoonWithoutAFlush() {
        try (StoreWriter writer = new StoreWriter(store, most -> NONE)) {
            writer.start();
            writer.alert(WriteCycleTest.event(1));
            await().until(() -> store.events().size() == 1);
        }
    }

    @Test
    void flush_waitsForAllThatWasPending() {
        AtomicInteger left = new AtomicInteger(3 * WriteCycle.MOST_FACTS + 7);
        PendingSource source = most -> {
            int now = Math.min(most, left.get());
            left.addAndGet(-now);
            return Rows.of(IntStream.range(0, now)
                    .mapToObj(i -> fact("a", "k" + i, i, "x"))
                    .toArray(Batch.FactRow[]::new));
        };
        try (StoreWriter writer = new StoreWriter(store, source)) {
            writer.start();
            IntStream.range(0, 5_000).forEach(i -> writer.alert(WriteCycleTest.event(i)));
            assertThat(writer.flush(LONG)).isTrue();
            assertThat(store.events()).hasSize(5_000);
            assertThat(left).hasValue(0);
            assertThat(writer.state().pending()).isZero();
            assertThat(writer.flush(LONG)).isTrue();
        }
    }

    @Test
    void flush_endsWithItsTimeWhileTheStoreIsAway() {
        store.away = true;
        try (StoreWriter writer = new StoreWriter(store, most -> NONE, Duration.ofMillis(50))) {
            writer.start();
            writer.alert(WriteCycleTest.event(1));
            assertThat(writer.flush(Duration.ofMillis(50))).isFalse();
            assertThat(writer.state().available()).isFalse();
            assertThat(writer.state().pending()).isEqualTo(1);

            store.away = false;
            assertThat(writer.flush(LONG)).isTrue();
            assertThat(store.events()).hasSize(1);
        }
    }

    @Test
    void close_writesWhatIsPendingAndMayComeTwice() {
        StoreWriter writer = new StoreWriter(store, most -> NONE);
        writer.start();
        writer.alert(WriteCycleTest.event(1));
        writer.close();
        assertThat(store.events()).hasSize(1);
        writer.close();
        assertThat(writer.flush(Duration.ofMillis(1))).isFalse();
    }

    @Test
    void close_mayComeBeforeStart() {
        new StoreWriter(store, most -> NONE).close();
        assertThat(store.tries).isEmpty();
    }

    @Test
    void flushes_mayBeManyAtOnce() {
        try (StoreWriter writer = new StoreWriter(store, most -> NONE)) {
            writer.start();
            List<CompletableFuture<Boolean>> flushes = IntStream.range(0, 8)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> {
                        writer.alert(WriteCycleTest.event(i));
                        return writer.flush(LONG) && store.events().contains(WriteCycleTest.event(i));
                    }))
                    .toList();
            assertThat(flushes).allMatch(CompletableFuture::join);
        }
    }
}
