package dev.gradwatch.collector.sink.store;

import static dev.gradwatch.collector.sink.store.Rows.NOW;
import static dev.gradwatch.collector.sink.store.Rows.fact;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FullDiskTest {
    @TempDir
    Path folder;

    @Test
    void fullDisk_isSaidAndNothingIsHalfWritten() throws Exception {
        try (Tmpfs disk = Tmpfs.mount(folder.resolve("disk"), "8m");
                Store store = Stores.open("jdbc:sqlite:" + disk.folder().resolve("gradwatch.db"))) {
            store.write(batch(0));
            Path filler = disk.fill();
            for (int attempt = 1; attempt <= 3; attempt++) {
                assertThatThrownBy(() -> store.write(batch(1)))
                        .isInstanceOf(StoreException.class)
                        .hasMessage(
                                "store: no room on the disk (" + disk.folder().resolve("gradwatch.db") + ")")
                        .matches(e -> !((StoreException) e).refused());
                assertWritten(store, 1);
            }
            Files.delete(filler);
            store.write(batch(1));
            assertWritten(store, 2);
        }
    }

    @Test
    void diskThatFillsByWhatIsWritten_isSaidAndReadOn() throws Exception {
        try (Tmpfs disk = Tmpfs.mount(folder.resolve("disk"), "4m");
                Store store = Stores.open("jdbc:sqlite:" + disk.folder().resolve("gradwatch.db"))) {
            int written = 0;
            Throwable failure = null;
            while (failure == null) {
                Batch batch = batch(written);
                failure = catchThrowable(() -> store.write(batch));
                written += failure == null ? 1 : 0;
            }
            assertThat(failure)
                    .isInstanceOf(StoreException.class)
                    .hasMessageStartingWith("store: no room on the disk (");
            assertWritten(store, written);
        }
    }

    @Test
    void boundOfPages_isAsAFullDisk() {
        Path file = folder.resolve("gradwatch.db");
        SqliteFile.prepare(file);
        try (Store store = SqlStore.open(new SqliteDatabase(file, 200))) {
            Throwable failure = null;
            int written = 0;
            while (failure == null) {
                Batch batch = batch(written);
                failure = catchThrowable(() -> store.write(batch));
                written += failure == null ? 1 : 0;
            }
            assertThat(failure)
                    .isInstanceOf(StoreException.class)
                    .hasMessage("store: no room on the disk (" + file + ")");
            assertWritten(store, written);
        }
    }

    private static Batch batch(int number) {
        List<Batch.FactRow> facts = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            facts.add(fact("job" + number, "k" + i, i, Rows.noise(number * 1_000 + i, 8_000)));
        }
        return new Batch(
                List.of(new Batch.JobRow(Rows.running("job" + number, NOW), new byte[10])),
                facts,
                List.of(WriteCycleTest.event(number)),
                List.of(Rows.mute("m" + number, NOW)),
                List.of(Rows.point("job" + number, "s", NOW, 1, 1)));
    }

    private static void assertWritten(Store store, int batches) {
        assertThat(store.jobs(new Store.JobQuery("", null, 0, 1)).total()).isEqualTo(batches);
        for (int i = 0; i <= batches; i++) {
            assertThat(store.facts("job" + i)).hasSize(i < batches ? 20 : 0);
            assertThat(store.series("job" + i, 0, Long.MAX_VALUE, 10)).hasSize(i < batches ? 1 : 0);
        }
        assertThat(store.eventsAfter(0, 1_000)).hasSize(batches);
        assertThat(store.mutes(0)).hasSize(batches);
    }
}
