package dev.gradwatch.collector.cli.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradwatch.collector.model.Alert;
import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.model.AlertState;
import dev.gradwatch.collector.model.SampleReports;
import dev.gradwatch.collector.sink.store.Batch;
import dev.gradwatch.collector.sink.store.Delivered;
import dev.gradwatch.collector.sink.store.Store;
import dev.gradwatch.collector.sink.store.StoreException;
import dev.gradwatch.collector.sink.store.Stores;
import dev.gradwatch.collector.sink.store.Unwritten;
import dev.gradwatch.collector.sink.webhook.Outbox.Progress;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredOutboxTest {
    private static final String CHANNEL = "team";

    @TempDir
    Path folder;

    private Store store;
    private StoredOutbox outbox;
    private boolean away;
    private Unwritten unwritten = Unwritten.NONE;

    @BeforeEach
    void open() {
        store = Stores.open("jdbc:sqlite:" + folder.resolve("jobs.db"));
        write(event(1, AlertEvent.Kind.OPENED, "a"), event(2, AlertEvent.Kind.OPENED, "b"));
        outbox = new StoredOutbox(thatGoesAway(store), () -> unwritten, 2);
    }

    @AfterEach
    void close() {
        store.close();
    }

    /** The real store, while it is not away. */
    private Store thatGoesAway(Store real) {
        return (Store) Proxy.newProxyInstance(
                StoredOutboxTest.class.getClassLoader(), new Class<?>[] {Store.class}, (proxy, method, arguments) -> {
                    if (away) {
                        throw new StoreException("store: away", new IllegalStateException());
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private void write(AlertEvent... events) {
        store.write(new Batch(List.of(), List.of(), List.of(events), List.of(), List.of()));
    }

    private static AlertEvent event(long micros, AlertEvent.Kind kind, String alert) {
        return new AlertEvent(
                micros,
                kind,
                new Alert(
                        alert,
                        "job",
                        "job",
                        AlertState.OPEN,
                        SampleReports.deadHeadFinding(),
                        1,
                        micros,
                        null,
                        null,
                        null,
                        "",
                        1,
                        Alert.Since.FIRST_RUN));
    }

    private List<Long> after(long micros, int most) {
        return outbox.after(micros, most).stream().map(AlertEvent::micros).toList();
    }

    @Test
    void storeThatIsThere_isTheOutbox() {
        assertThat(after(0, 10)).containsExactly(1L, 2L);
        assertThat(after(1, 10)).containsExactly(2L);
        assertThat(outbox.progress(CHANNEL)).isEmpty();
        outbox.save(CHANNEL, new Progress(2, 1, "no_team"), Map.of("a", "1 x"));
        assertThat(outbox.progress(CHANNEL)).contains(new Progress(2, 1, "no_team"));
        assertThat(outbox.message(CHANNEL, "a")).contains("1 x");
        assertThat(outbox.message(CHANNEL, "b")).isEmpty();
        assertThat(store.delivered(CHANNEL)).contains(new Delivered(2, 1, "no_team"));
        assertThat(store.message(CHANNEL, "a")).contains("1 x");
    }

    @Test
    void eventsThatWaitForTheStore_areHandedOutFromMemory_toWhomHasAllBefore() {
        unwritten = new Unwritten(
                Long.MIN_VALUE, List.of(event(3, AlertEvent.Kind.UPDATED, "a"), event(4, AlertEvent.Kind.OPENED, "c")));
        // Writing fails, as on a full disk.
        assertThat(after(0, 10)).containsExactly(1L, 2L, 3L, 4L);
        assertThat(after(0, 3)).containsExactly(1L, 2L, 3L);
        assertThat(after(3, 10)).containsExactly(4L);
        // Nothing answers.
        away = true;
        assertThat(after(2, 10)).containsExactly(3L, 4L);
        assertThat(after(3, 1)).containsExactly(4L);
        assertThatThrownBy(() -> after(1, 10)).isInstanceOf(StoreException.class);
        // It wrote more than there was when it was opened.
        unwritten = new Unwritten(3, List.of(event(4, AlertEvent.Kind.OPENED, "c")));
        assertThatThrownBy(() -> after(2, 10)).isInstanceOf(StoreException.class);
        assertThat(after(3, 10)).containsExactly(4L);
    }

    @Test
    void eventThatWasWrittenMeanwhile_isThereOnce() {
        unwritten = new Unwritten(1, List.of(event(2, AlertEvent.Kind.OPENED, "b")));
        assertThat(after(0, 10)).containsExactly(1L, 2L);
    }

    @Test
    void whatWasDelivered_isKeptInMemory_untilTheStoreTakesIt() {
        outbox.save(CHANNEL, new Progress(2, 0, ""), Map.of("a", "1 x", "b", "2 y"));
        away = true;
        unwritten = new Unwritten(2, List.of(event(3, AlertEvent.Kind.OPENED, "c")));
        Map<String, String> told = new HashMap<>(Map.of("c", "3 z"));
        told.put("b", null);
        outbox.save(CHANNEL, new Progress(3, 0, ""), told);
        outbox.save(CHANNEL, new Progress(4, 1, "gone"), Map.of("a", "4 x"));
        assertThat(outbox.progress(CHANNEL)).contains(new Progress(4, 1, "gone"));
        assertThat(outbox.message(CHANNEL, "a")).contains("4 x");
        assertThat(outbox.message(CHANNEL, "b")).isEmpty();
        assertThat(outbox.message(CHANNEL, "c")).contains("3 z");

        away = false;
        outbox.flush();
        assertThat(store.delivered(CHANNEL)).as("before what it is about").contains(new Delivered(2, 0, ""));
        unwritten = Unwritten.NONE;
        outbox.flush();
        assertThat(store.delivered(CHANNEL)).contains(new Delivered(4, 1, "gone"));
        assertThat(store.message(CHANNEL, "a")).contains("4 x");
        assertThat(store.message(CHANNEL, "b")).isEmpty();
        assertThat(store.message(CHANNEL, "c")).contains("3 z");
    }

    @Test
    void alertThatOpensWhileTheStoreIsAway_isNewToEverybody_othersAreNotGuessed() {
        store.saveDelivered(CHANNEL, new Delivered(2, 0, ""), Map.of("a", "1 x"));
        assertThat(outbox.message(CHANNEL, "a")).contains("1 x");
        away = true;
        unwritten = new Unwritten(
                2, List.of(event(3, AlertEvent.Kind.OPENED, "c"), event(4, AlertEvent.Kind.REOPENED, "d")));
        assertThat(outbox.message(CHANNEL, "a")).contains("1 x");
        assertThat(outbox.message(CHANNEL, "c")).isEmpty();
        assertThatThrownBy(() -> outbox.message(CHANNEL, "d")).isInstanceOf(StoreException.class);
    }
}
