package dev.gradwatch.collector.sink.store;

import com.zaxxer.hikari.HikariConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteConfig.TempStore;
import org.sqlite.SQLiteConfig.TransactionMode;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** A file of SQLite. */
final class SqliteDatabase implements Database {
    private static final int BUSY_MILLIS = 5_000;
    private static final int CACHE_KIB = 8 * 1024;

    /** The log of writes shrinks to this once what it holds is in the file. */
    private static final int MAX_IDLE_WAL_BYTES = 16 << 20;

    /** Below this a failure to write is for want of room, whatever SQLite calls it. */
    private static final long NO_ROOM_BYTES = 256 << 10;

    private static final int VACUUM_PAGES = 2_000;

    private final Path file;
    private final int maxPages;

    SqliteDatabase(Path file) {
        this(file, 0);
    }

    /** @param maxPages past which it has no room, as on a full disk; 0 for no bound */
    SqliteDatabase(Path file, int maxPages) {
        this.file = file;
        this.maxPages = maxPages;
    }

    @Override
    public String kind() {
        return "sqlite";
    }

    @Override
    public String place() {
        return file.toString();
    }

    @Override
    public HikariConfig connections() {
        SQLiteConfig sqlite = new SQLiteConfig();
        // NORMAL would outlast a SIGKILL, but not a loss of power; with FULL a commit waits for the disk, on the
        // writer's thread and ten times a second at most.
        sqlite.setSynchronous(SynchronousMode.FULL);
        sqlite.setBusyTimeout(BUSY_MILLIS);
        // A transaction that first reads and then writes would fail at once, not wait, where another one wrote between.
        sqlite.setTransactionMode(TransactionMode.IMMEDIATE);
        sqlite.setTempStore(TempStore.MEMORY);
        sqlite.setCacheSize(-CACHE_KIB);
        sqlite.setJournalSizeLimit(MAX_IDLE_WAL_BYTES);
        if (maxPages > 0) {
            sqlite.setMaxPageCount(maxPages);
        }
        SQLiteDataSource source = new SQLiteDataSource(sqlite);
        source.setUrl("jdbc:sqlite:" + file);
        HikariConfig config = new HikariConfig();
        config.setDataSource(source);
        config.setMaxLifetime(0);
        return config;
    }

    @Override
    public Map<String, String> words() {
        return Map.of("bytes", "BLOB", "clustered", "WITHOUT ROWID", "bytewise", "COLLATE BINARY");
    }

    @Override
    public String position() {
        return "instr";
    }

    @Override
    public String tables() {
        return "SELECT name FROM sqlite_master WHERE type = 'table'";
    }

    @Override
    public void takeTurn(Handle handle) {
        // BEGIN IMMEDIATE took it.
    }

    @Override
    public long bytes(Handle handle) {
        try {
            Path wal = file.resolveSibling(file.getFileName() + "-wal");
            return Files.size(file) + (Files.exists(wal) ? Files.size(wal) : 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public long usedBytes(Handle handle) {
        return (pragma(handle, "page_count") - pragma(handle, "freelist_count")) * pragma(handle, "page_size");
    }

    @Override
    public void shrink(Handle handle) {
        for (long free = pragma(handle, "freelist_count"); free > 0; ) {
            vacuum(handle);
            long left = pragma(handle, "freelist_count");
            free = left < free ? left : 0;
        }
        handle.createQuery("PRAGMA wal_checkpoint(TRUNCATE)").mapToMap().list();
    }

    /** Not by JDBI, which asks after a statement's first row; there is none, and the statement has to run to its end. */
    private static void vacuum(Handle handle) {
        try (Statement statement = handle.getConnection().createStatement()) {
            statement.executeUpdate("PRAGMA incremental_vacuum(" + VACUUM_PAGES + ")");
        } catch (SQLException e) {
            throw new UnableToExecuteStatementException(e, null);
        }
    }

    private static long pragma(Handle handle, String name) {
        return handle.createQuery("PRAGMA " + name).mapTo(Long.class).one();
    }

    @Override
    public Reason reason(SQLException e) {
        if (!(e instanceof SQLiteException sqlite)) {
            return Reason.away(place() + " does not answer (" + Failure.line(e) + ")");
        }
        SQLiteErrorCode code = sqlite.getResultCode();
        return switch (code.code & 0xFF) {
            case 13 -> noRoom();
            case 5, 6 -> Reason.away(place() + " is in use by another process (expected: one collector a file)");
            case 11, 26 -> Reason.away(place() + " is damaged (" + code.message + ")");
            case 3, 8, 10, 14 ->
                roomIsGone() ? noRoom() : Reason.away(place() + " cannot be read or written (" + code.message + ")");
            case 18, 19, 20, 25 -> Reason.refused(place() + " refused a row (" + code.message + ")");
            default -> Reason.away(place() + " failed (" + Failure.line(e) + ")");
        };
    }

    private Reason noRoom() {
        return Reason.away("no room on the disk (" + place() + ")");
    }

    private boolean roomIsGone() {
        try {
            return Files.getFileStore(file).getUsableSpace() < NO_ROOM_BYTES;
        } catch (IOException e) {
            return false;
        }
    }
}
