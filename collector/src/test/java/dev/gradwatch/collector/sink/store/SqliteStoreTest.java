package dev.gradwatch.collector.sink.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteStoreTest extends StoreContract {
    @TempDir
    Path folder;

    @Override
    Store open() {
        return Stores.open("jdbc:sqlite:" + file());
    }

    @Override
    Jdbi tables() {
        return Jdbi.create("jdbc:sqlite:" + file());
    }

    private Path file() {
        return folder.resolve("state").resolve("gradwatch.db");
    }

    @Test
    void kind_isSqlite() throws Exception {
        try (Store store = open()) {
            assertThat(store.kind()).isEqualTo("sqlite");
        }
    }

    @Test
    void files_areTheirOwnersAlone() throws Exception {
        try (Store store = open()) {
            store.write(Rows.of(Rows.mute("1", 1)));
            for (String ending : new String[] {"", "-wal", "-shm"}) {
                assertThat(mode(file().resolveSibling("gradwatch.db" + ending))).isEqualTo("rw-------");
            }
        }
        assertThat(mode(file().getParent())).isEqualTo("rwx------");
    }

    private static String mode(Path path) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void journal_isALogAndCommitsWaitForTheDisk() {
        try (HikariDataSource source = new HikariDataSource(new SqliteDatabase(file()).connections())) {
            Jdbi jdbi = Jdbi.create(source);
            assertThat(texts(jdbi, "PRAGMA journal_mode")).containsExactly("wal");
            assertThat(texts(jdbi, "PRAGMA synchronous")).containsExactly("2");
        }
    }

    private static List<String> texts(Jdbi jdbi, String sql) {
        return jdbi.withHandle(
                handle -> handle.createQuery(sql).mapTo(String.class).list());
    }

    @Test
    void roomOfWhatIsRemoved_isGivenBack() throws Exception {
        try (Store store = open()) {
            for (int i = 0; i < 200; i++) {
                store.write(Rows.of(Rows.fact("a", "k" + i, i, Rows.noise(i, 20_000))));
            }
            store.write(Rows.of(Rows.ended("a", 1, 2)));
            assertThat(store.bytes()).isGreaterThan(4_000_000);
            store.maintain(Rows.NOW, new Store.Retention(Rows.DAY, 0));
            assertThat(store.bytes()).isLessThan(300_000);
        }
    }

    @Test
    void fileThatIsNoDatabase_isLeftAsItWas() throws Exception {
        Path notes = folder.resolve("notes.txt");
        byte[] bytes = "these are notes, and no database at all\n".repeat(100).getBytes(StandardCharsets.UTF_8);
        Files.write(notes, bytes);
        assertThatThrownBy(() -> Stores.open("jdbc:sqlite:" + notes))
                .isInstanceOf(StoreException.class)
                .hasMessage("store: " + notes + " is no SQLite database (expected: one, or no file)");
        assertUntouched(notes, bytes);
    }

    @Test
    void damagedFile_isLeftAsItWas() throws Exception {
        Path damaged = folder.resolve("damaged.db");
        byte[] bytes = Arrays.copyOf("SQLite format 3\0".getBytes(StandardCharsets.US_ASCII), 8_192);
        System.arraycopy(Rows.noise(3, 8_000), 0, bytes, 100, 8_000);
        Files.write(damaged, bytes);
        assertThatThrownBy(() -> Stores.open("jdbc:sqlite:" + damaged))
                .isInstanceOf(StoreException.class)
                .hasMessageStartingWith("store: " + damaged + " is damaged (")
                .hasMessageNotContaining("\n");
        assertUntouched(damaged, bytes);
    }

    @Test
    void pageThatIsDamaged_isSaidWhenItIsRead() throws Exception {
        stop();
        try (Store store = open()) {
            for (int i = 0; i < 50; i++) {
                store.write(Rows.of(Rows.fact("a", "k" + i, i, Rows.noise(i, 4_000))));
            }
        }
        byte[] bytes = Files.readAllBytes(file());
        System.arraycopy(Rows.noise(3, 150_000), 0, bytes, bytes.length - 160_000, 150_000);
        Files.write(file(), bytes);
        try (Store store = open()) {
            assertThatThrownBy(() -> store.facts("a"))
                    .isInstanceOf(StoreException.class)
                    .hasMessageMatching("store: .* (is damaged|holds a row that cannot be read) \\(.*\\)");
        }
    }

    @Test
    void anotherProgramsDatabase_isLeftAsItWas() throws Exception {
        Path other = folder.resolve("other.db");
        Jdbi.create("jdbc:sqlite:" + other).useHandle(handle -> handle.execute("CREATE TABLE photos (id INTEGER)"));
        assertThatThrownBy(() -> Stores.open("jdbc:sqlite:" + other))
                .isInstanceOf(StoreException.class)
                .hasMessage("store: " + other
                        + " holds tables of another program, such as photos (expected: Gradwatch's, or none)");
        assertThat(texts(Jdbi.create("jdbc:sqlite:" + other), "SELECT name FROM sqlite_master WHERE type = 'table'"))
                .containsExactly("photos");
    }

    @Test
    void folder_isNoFile() {
        assertThatThrownBy(() -> Stores.open("jdbc:sqlite:" + folder))
                .isInstanceOf(StoreException.class)
                .hasMessage("store: " + folder + " is a folder (expected: a file)");
    }

    @Test
    void folderThatCannotBeMade_isSaid() {
        assertThatThrownBy(() -> Stores.open("jdbc:sqlite:/proc/self/no/gradwatch.db"))
                .isInstanceOf(StoreException.class)
                .hasMessageStartingWith("store: /proc/self/no/gradwatch.db: ")
                .hasMessageEndingWith("(expected: a file in a folder that can be written)");
    }

    @Test
    void readOnlyDisk_isSaid() throws Exception {
        try (Tmpfs disk = Tmpfs.mount(folder.resolve("disk"), "4m")) {
            Path file = disk.folder().resolve("gradwatch.db");
            Stores.open("jdbc:sqlite:" + file).close();
            disk.makeReadOnly();
            assertThatThrownBy(() -> Stores.open("jdbc:sqlite:" + file))
                    .isInstanceOf(StoreException.class)
                    .hasMessageStartingWith("store: " + file + " cannot be read or written (");
            assertThatThrownBy(() -> Stores.open("jdbc:sqlite:" + disk.folder().resolve("new.db")))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining(
                            "new.db: Read-only file system (expected: a file in a folder that can be written)");
        }
    }

    /** Written by a collector of schema 1 beside a real job. */
    @Test
    void fileOfTheFirstSchema_goesOn() throws Exception {
        Path first = folder.resolve("first.db");
        try (InputStream in =
                new GZIPInputStream(SqliteStoreTest.class.getClassLoader().getResourceAsStream("store-v1.db.gz"))) {
            Files.copy(in, first);
        }
        try (Store store = Stores.open("jdbc:sqlite:" + first)) {
            assertThat(store.job("before")).isPresent();
            assertThat(store.eventsAfter(0, 10)).singleElement().satisfies(event -> {
                assertThat(event.alert().finding().modules()).containsExactly("seg_layers.0");
                store.saveDelivered(
                        "team",
                        new Delivered(event.micros(), 0, ""),
                        Map.of(event.alert().id(), "1"));
                assertThat(store.message("team", event.alert().id())).contains("1");
            });
        }
        assertThat(texts(
                        Jdbi.create("jdbc:sqlite:" + first),
                        "SELECT version FROM gradwatch_schema ORDER BY installed_rank"))
                .containsExactly("1", "2");
    }

    @Test
    void emptyFile_becomesADatabase() throws Exception {
        Path empty = folder.resolve("empty.db");
        Files.createFile(empty);
        try (Store store = Stores.open("jdbc:sqlite:" + empty)) {
            assertThat(store.alerts(Set.of(), null, 1)).isEmpty();
        }
    }

    private static void assertUntouched(Path file, byte[] bytes) throws Exception {
        assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
        try (var siblings = Files.list(file.getParent())) {
            assertThat(siblings.map(path -> path.getFileName().toString()))
                    .noneMatch(name -> name.startsWith(file.getFileName() + "-"));
        }
    }
}
