package dev.gradwatch.collector.sink.store;

import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Brings a database's tables to this version's. */
final class Schema {
    /** The newest of the files in {@code db/}. */
    static final int VERSION = 2;

    private static final String HISTORY = "gradwatch_schema";

    /**
     * Adds what is missing. Where nothing is, which is nearly always, two small queries tell, and Flyway's classes are not even loaded.
     *
     * @throws StoreException where the tables are a newer version's or another program's
     */
    static void migrate(Database database, DataSource source) {
        int version = Jdbi.create(source).withHandle(handle -> version(database, handle));
        if (version > VERSION) {
            throw new StoreException("store: " + database.place() + " is of a newer Gradwatch, schema " + version
                    + " (expected: " + VERSION + " or older)");
        }
        if (version == VERSION) {
            return;
        }
        Flyway.configure()
                .dataSource(source)
                .locations("classpath:db")
                .failOnMissingLocations(true)
                .table(HISTORY)
                .placeholders(database.words())
                .loggers("slf4j")
                .load()
                .migrate();
    }

    private static int version(Database database, Handle handle) {
        List<String> tables =
                handle.createQuery(database.tables()).mapTo(String.class).list();
        if (tables.isEmpty()) {
            return 0;
        }
        if (!tables.contains(HISTORY)) {
            throw new StoreException("store: " + database.place() + " holds tables of another program, such as "
                    + tables.get(0) + " (expected: Gradwatch's, or none)");
        }
        return handle.createQuery("SELECT version FROM " + HISTORY
                        + " WHERE success AND version IS NOT NULL ORDER BY installed_rank DESC LIMIT 1")
                .mapTo(Integer.class)
                .findOne()
                .orElse(0);
    }

    private Schema() {}
}
