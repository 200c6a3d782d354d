package dev.gradwatch.collector.sink.store;

import dev.gradwatch.collector.model.JobSummary;
import dev.gradwatch.collector.model.Severity;
import dev.gradwatch.collector.sink.store.Store.JobPage;
import dev.gradwatch.collector.sink.store.Store.JobQuery;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.StatementContext;

/** Jobs and their reports. */
final class JobTable {
    private static final String SELECT =
            "SELECT id, name, run_key, state, exit_code, started, ended, world_size, ranks,"
                    + " step, step_nanos, framework, worst, title, findings, updated FROM jobs ";

    private static final String UPSERT =
            "INSERT INTO jobs (job, id, name, run, run_key, state, running, exit_code, started, ended,"
                    + " world_size, ranks, step, step_nanos, framework, worst, title, findings, updated, search)"
                    + " VALUES (:job, :id, :name, :run, :run_key, :state, :running, :exit_code, :started, :ended,"
                    + " :world_size, :ranks, :step, :step_nanos, :framework, :worst, :title, :findings, :updated, :search)"
                    + " ON CONFLICT (job) DO UPDATE SET name = excluded.name, run = excluded.run, run_key = excluded.run_key,"
                    + " state = excluded.state, running = excluded.running, exit_code = excluded.exit_code,"
                    + " started = excluded.started, ended = excluded.ended, world_size = excluded.world_size,"
                    + " ranks = excluded.ranks, step = excluded.step, step_nanos = excluded.step_nanos,"
                    + " framework = excluded.framework, worst = excluded.worst, title = excluded.title,"
                    + " findings = excluded.findings, updated = excluded.updated, search = excluded.search";

    /** @param report packed */
    record Row(JobSummary summary, byte[] job, byte[] report) {
        static Row of(Batch.JobRow row) {
            return new Row(row.summary(), Key.of(row.summary().id()), Packed.pack(row.report()));
        }
    }

    static void write(Handle handle, List<Row> rows) {
        if (rows.isEmpty()) {
            return;
        }
        PreparedBatch jobs = handle.prepareBatch(UPSERT);
        PreparedBatch reports = handle.prepareBatch("INSERT INTO reports (job, body) VALUES (:job, :body)"
                + " ON CONFLICT (job) DO UPDATE SET body = excluded.body");
        for (Row row : rows) {
            bind(jobs, row).add();
            reports.bind("job", row.job()).bind("body", row.report()).add();
        }
        jobs.execute();
        reports.execute();
    }

    private static PreparedBatch bind(PreparedBatch batch, Row row) {
        JobSummary job = row.summary();
        Severity worst = job.worst();
        return batch.bind("job", row.job())
                .bind("id", Key.storable(job.id()))
                .bind("name", Key.storable(job.name()))
                .bind("run", Key.of(job.runKey()))
                .bind("run_key", Key.storable(job.runKey()))
                .bind("state", job.state().id())
                .bind("running", running(job) ? 1 : 0)
                .bind("exit_code", job.exitCode())
                .bind("started", job.startedMicros())
                .bind("ended", job.endedMicros())
                .bind("world_size", job.worldSize())
                .bind("ranks", job.ranks())
                .bind("step", job.step())
                .bind("step_nanos", job.stepNanos())
                .bind("framework", Key.storable(job.framework()))
                .bind("worst", worst == null ? null : worst.id())
                .bind("title", Key.storable(job.title()))
                .bind("findings", job.findings())
                .bind("updated", job.updatedMicros())
                .bind("search", searched(job.id() + "\n" + job.name() + "\n" + job.runKey()));
    }

    private static boolean running(JobSummary job) {
        return job.state() == JobSummary.State.RUNNING;
    }

    /** Lower case by Java's rules: SQLite's own knows only the Latin alphabet. */
    private static String searched(String text) {
        return Key.storable(text).toLowerCase(Locale.ROOT);
    }

    static JobPage page(Handle handle, String position, JobQuery query) {
        String where = (query.text().isEmpty() ? "WHERE 1 = 1" : "WHERE " + position + "(search, :text) > 0")
                + (query.state() == null ? "" : " AND state = :state");
        long total = filtered(handle.createQuery("SELECT count(*) FROM jobs " + where), query)
                .mapTo(Long.class)
                .one();
        List<JobSummary> jobs = filtered(
                        handle.createQuery(SELECT + where
                                + " ORDER BY running DESC, started DESC, id LIMIT :limit OFFSET :offset"),
                        query)
                .bind("limit", Math.max(0, query.limit()))
                .bind("offset", Math.max(0, query.offset()))
                .map(JobTable::summary)
                .list();
        return new JobPage(jobs, total);
    }

    private static Query filtered(Query sql, JobQuery query) {
        if (!query.text().isEmpty()) {
            sql.bind("text", searched(query.text()));
        }
        if (query.state() != null) {
            sql.bind("state", query.state().id());
        }
        return sql;
    }

    static Optional<JobSummary> job(Handle handle, String id) {
        return handle.createQuery(SELECT + "WHERE job = :job")
                .bind("job", Key.of(id))
                .map(JobTable::summary)
                .findOne();
    }

    /** Packed. */
    static Optional<byte[]> report(Handle handle, String id) {
        return handle.createQuery("SELECT body FROM reports WHERE job = :job")
                .bind("job", Key.of(id))
                .map((rows, context) -> rows.getBytes(1))
                .findOne();
    }

    static Optional<JobSummary> runBefore(Handle handle, String runKey, String job, long startedMicros) {
        return handle.createQuery(SELECT + "WHERE run = :run AND job <> :job AND ended <= :started AND running = 0"
                        + " ORDER BY started DESC, id DESC LIMIT 1")
                .bind("run", Key.of(runKey))
                .bind("job", Key.of(job))
                .bind("started", startedMicros)
                .map(JobTable::summary)
                .findOne();
    }

    static List<JobSummary> runsBefore(
            Handle handle, String name, String runKey, String job, long startedMicros, int limit) {
        return handle.createQuery(SELECT + "WHERE (name = :name OR run = :run) AND job <> :job AND ended <= :started"
                        + " AND running = 0 ORDER BY started DESC, id DESC LIMIT :limit")
                .bind("name", Key.storable(name))
                .bind("run", Key.of(runKey))
                .bind("job", Key.of(job))
                .bind("started", startedMicros)
                .bind("limit", Math.max(0, limit))
                .map(JobTable::summary)
                .list();
    }

    static List<String> unfinished(Handle handle) {
        return handle.createQuery("SELECT id FROM jobs WHERE running = 1 ORDER BY started, id")
                .mapTo(String.class)
                .list();
    }

    private static JobSummary summary(ResultSet rows, StatementContext context) throws SQLException {
        int exitCode = rows.getInt("exit_code");
        boolean exited = !rows.wasNull();
        String worst = rows.getString("worst");
        return new JobSummary(
                rows.getString("id"),
                rows.getString("name"),
                rows.getString("run_key"),
                JobSummary.State.valueOf(rows.getString("state").toUpperCase(Locale.ROOT)),
                exited ? exitCode : null,
                rows.getLong("started"),
                rows.getLong("ended"),
                rows.getInt("world_size"),
                rows.getInt("ranks"),
                rows.getLong("step"),
                rows.getLong("step_nanos"),
                rows.getString("framework"),
                worst == null ? null : Severity.valueOf(worst.toUpperCase(Locale.ROOT)),
                rows.getString("title"),
                rows.getInt("findings"),
                rows.getLong("updated"));
    }

    private JobTable() {}
}
