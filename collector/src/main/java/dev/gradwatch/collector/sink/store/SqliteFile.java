package dev.gradwatch.collector.sink.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import org.sqlite.SQLiteDataSource;

/** Makes the file of an SQLite database ready, or says why it is none. A file that is none is left as it was. */
final class SqliteFile {
    private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);

    /** @throws StoreException in one line */
    static void prepare(Path file) {
        try {
            if (Files.isDirectory(file)) {
                throw new StoreException("store: " + file + " is a folder (expected: a file)");
            }
            boolean fresh = !Files.exists(file) || Files.size(file) == 0;
            if (fresh) {
                create(file);
            } else if (!startsAsDatabase(file)) {
                throw new StoreException("store: " + file + " is no SQLite database (expected: one, or no file)");
            }
            open(file, fresh);
        } catch (IOException e) {
            throw new StoreException(
                    "store: " + file + ": " + reason(e) + " (expected: a file in a folder that can be written)", e);
        }
    }

    /** Only its owner may read it: logs and commands are in it. SQLite gives the files beside it the same mode. */
    private static void create(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        if (folder != null && !Files.isDirectory(folder)) {
            Files.createDirectories(folder, mode(posix, "rwx------"));
        }
        if (!Files.exists(file)) {
            Files.createFile(file, mode(posix, "rw-------"));
        }
    }

    private static FileAttribute<?>[] mode(boolean posix, String mode) {
        return posix
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))}
                : new FileAttribute<?>[0];
    }

    private static boolean startsAsDatabase(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return Arrays.equals(in.readNBytes(MAGIC.length), MAGIC);
        }
    }

    private static void open(Path file, boolean fresh) {
        SQLiteDataSource source = new SQLiteDataSource();
        source.setUrl("jdbc:sqlite:" + file);
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA busy_timeout = 5000");
            if (fresh) {
                // Only possible before the first table.
                statement.execute("PRAGMA auto_vacuum = INCREMENTAL");
            } else {
                // Reads the schema, so that a damaged file is known before anything is written to it.
                statement.executeQuery("SELECT count(*) FROM sqlite_master").close();
            }
            statement.execute("PRAGMA journal_mode = WAL");
        } catch (SQLException e) {
            throw Failure.of(new SqliteDatabase(file), e);
        }
    }

    private static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof NoSuchFileException) {
            return "its folder cannot be made";
        }
        if (e instanceof FileSystemException files && files.getReason() != null) {
            return files.getReason();
        }
        return String.valueOf(e.getMessage());
    }

    private SqliteFile() {}
}
