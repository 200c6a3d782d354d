package dev.gradwatch.collector.sink.store;

import java.nio.file.Path;
import java.util.Map;

/** Opens stores by their URL. */
public final class Stores {
    private static final String SQLITE = "jdbc:sqlite:";

    /**
     * Opens a database, makes its file where there is none, and brings its tables to this version's. The caller closes it.
     *
     * @param url {@code jdbc:sqlite:FILE}, or {@code jdbc:postgresql://host:port/database?parameters}, whose user and password may be in it or in {@code
     *     PGUSER} and {@code PGPASSWORD}
     * @throws StoreException in one line without the URL's secrets, where it cannot be opened; what is there is left as it was
     */
    public static Store open(String url) {
        return open(url, System.getenv());
    }

    static Store open(String url, Map<String, String> environment) {
        return SqlStore.open(database(url, environment));
    }

    private static Database database(String url, Map<String, String> environment) {
        try {
            if (url.startsWith(PostgresUrl.PREFIX)) {
                return new PostgresDatabase(PostgresUrl.of(url, environment));
            }
            if (url.startsWith(SQLITE)) {
                String file = url.substring(SQLITE.length());
                // The driver reads these as a database in memory, a URI, and settings.
                if (!file.isBlank() && !file.startsWith(":") && !file.startsWith("file:") && !file.contains("?")) {
                    Path path = Path.of(file).toAbsolutePath();
                    SqliteFile.prepare(path);
                    return new SqliteDatabase(path);
                }
            }
        } catch (IllegalArgumentException e) {
            throw unknown(url);
        }
        throw unknown(url);
    }

    private static StoreException unknown(String url) {
        return new StoreException("store: " + shown(url) + " (expected: jdbc:sqlite:FILE or jdbc:postgresql://…)");
    }

    /** Of a URL that is not understood, a password may be anywhere. */
    private static String shown(String url) {
        boolean plain = url.indexOf('@') < 0 && url.indexOf('?') < 0 && !url.contains("//");
        int end = url.contains("//") ? url.indexOf("//") + 2 : url.startsWith(SQLITE) ? SQLITE.length() : 0;
        return plain ? url : url.substring(0, end) + "…";
    }

    private Stores() {}
}
