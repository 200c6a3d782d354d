package dev.gradwatch.collector.sink.store;

import com.zaxxer.hikari.HikariConfig;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** A schema of a PostgreSQL server. */
final class PostgresDatabase implements Database {
    /** Any number will do that others do not take: the letters of the project's name. */
    private static final long LOCK = 0x67726164_77746368L;

    private static final long MAX_LIFE_MILLIS = 30 * 60_000;

    private static final List<String> TABLES =
            List.of("jobs", "reports", "facts", "bodies", "alerts", "alert_events", "mutes", "points", "batches");

    /** Those with packed bodies. */
    private static final List<String> BODIES = List.of("reports", "facts", "bodies", "alerts", "alert_events");

    /** What a row takes besides its body, its entries in indexes with it, roughly. */
    private static final int ROW_BYTES = 200;

    private final PostgresUrl url;

    PostgresDatabase(PostgresUrl url) {
        this.url = url;
    }

    @Override
    public String kind() {
        return "postgresql";
    }

    @Override
    public String place() {
        return url.place();
    }

    @Override
    public HikariConfig connections() {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url.url());
        if (url.user() != null) {
            config.setUsername(url.user());
        }
        if (url.password() != null) {
            config.setPassword(url.password());
        }
        config.setMaxLifetime(MAX_LIFE_MILLIS);
        // Seconds. A server behind a dead network would hold the writer for hours; the URL may say otherwise.
        config.addDataSourceProperty("connectTimeout", "3");
        config.addDataSourceProperty("socketTimeout", "30");
        config.addDataSourceProperty("tcpKeepAlive", "true");
        config.addDataSourceProperty("ApplicationName", "gradwatch");
        return config;
    }

    @Override
    public Map<String, String> words() {
        return Map.of("bytes", "BYTEA", "clustered", "", "bytewise", "COLLATE \"C\"");
    }

    @Override
    public String position() {
        return "strpos";
    }

    @Override
    public String tables() {
        return "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()";
    }

    @Override
    public void takeTurn(Handle handle) {
        handle.createQuery("SELECT pg_advisory_xact_lock(" + LOCK + ")")
                .mapToMap()
                .list();
    }

    @Override
    public long bytes(Handle handle) {
        return sum(handle, "pg_total_relation_size('%s')", TABLES);
    }

    /** Of rows, without the room in pages that removed ones left. A body that is kept outside its row is measured, not read. */
    @Override
    public long usedBytes(Handle handle) {
        return sum(handle, "(SELECT count(*) * " + ROW_BYTES + " FROM %s)", TABLES)
                + sum(handle, "(SELECT coalesce(sum(pg_column_size(body)), 0) FROM %s)", BODIES);
    }

    private static long sum(Handle handle, String each, List<String> tables) {
        String terms = String.join(
                " + ", tables.stream().map(table -> String.format(each, table)).toList());
        return handle.createQuery("SELECT " + terms).mapTo(Long.class).one();
    }

    /** For later rows; the disk gets back only what lies at a table's end, since more would lock it. */
    @Override
    public void shrink(Handle handle) {
        TABLES.forEach(table -> handle.execute("VACUUM " + table));
    }

    @Override
    public Reason reason(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        String line = "(" + Failure.line(e) + ")";
        if (state.equals("53100")) {
            return Reason.away("no room on the disk (" + place() + ")");
        }
        if (state.startsWith("28")) {
            return Reason.away(place() + " refused the user or the password " + line);
        }
        if (state.startsWith("22") || state.startsWith("23") || state.startsWith("54")) {
            return Reason.refused(place() + " refused a row " + line);
        }
        return Reason.away(
                place() + (state.startsWith("42") || state.startsWith("25") ? " failed " : " does not answer ") + line);
    }
}
