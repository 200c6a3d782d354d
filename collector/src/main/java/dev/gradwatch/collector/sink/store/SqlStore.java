package dev.gradwatch.collector.sink.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.gradwatch.collector.model.Alert;
import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.model.AlertState;
import dev.gradwatch.collector.model.JobSummary;
import dev.gradwatch.collector.model.Mute;
import dev.gradwatch.collector.model.SeriesPoint;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** A store in SQL: one connection that writes, a few that read. */
final class SqlStore implements Store {
    static final int READERS = 4;

    /** How long a caller waits for a connection. */
    private static final long CONNECTION_MILLIS = 3_000;

    private final Database database;
    private final HikariDataSource readers;
    private final HikariDataSource writers;
    private final Jdbi reading;
    private final Jdbi writing;

    /** Whoever writes; waiting here has no end, as waiting for the one connection would. */
    private final ReentrantLock turn = new ReentrantLock();

    private SqlStore(Database database, HikariDataSource readers, HikariDataSource writers) {
        this.database = database;
        this.readers = readers;
        this.writers = writers;
        reading = Jdbi.create(readers);
        writing = Jdbi.create(writers);
    }

    /** @throws StoreException where it does not answer, or its tables are not to be used */
    static SqlStore open(Database database) {
        HikariDataSource readers = null;
        HikariDataSource writers = null;
        try {
            readers = pool(database, "gradwatch-read", READERS);
            Schema.migrate(database, readers);
            writers = pool(database, "gradwatch-write", 1);
            return new SqlStore(database, readers, writers);
        } catch (RuntimeException e) {
            close(writers);
            close(readers);
            throw Failure.of(database, e);
        }
    }

    private static HikariDataSource pool(Database database, String name, int most) {
        HikariConfig config = database.connections();
        config.setPoolName(name);
        config.setMaximumPoolSize(most);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(CONNECTION_MILLIS);
        config.setInitializationFailTimeout(CONNECTION_MILLIS);
        return new HikariDataSource(config);
    }

    @Override
    public void write(Batch batch) {
        if (batch.isEmpty()) {
            return;
        }
        EncodedBatch encoded = encoded(batch);
        change(handle -> {
            if (BatchTable.first(handle, batch.id())) {
                encoded.write(handle);
            }
            return null;
        });
    }

    /** Compressing is most of the work, so it is done before the transaction. */
    private EncodedBatch encoded(Batch batch) {
        try {
            return EncodedBatch.of(batch);
        } catch (RuntimeException e) {
            throw Failure.of(database, e);
        }
    }

    @Override
    public JobPage jobs(JobQuery query) {
        return read(handle -> JobTable.page(handle, database.position(), query));
    }

    @Override
    public Optional<JobSummary> job(String id) {
        return read(handle -> JobTable.job(handle, id));
    }

    @Override
    public Optional<byte[]> report(String job) {
        return read(handle -> JobTable.report(handle, job)).map(this::unpacked);
    }

    @Override
    public Optional<JobSummary> runBefore(String runKey, String job, long startedMicros) {
        return read(handle -> JobTable.runBefore(handle, runKey, job, startedMicros));
    }

    @Override
    public List<JobSummary> runsBefore(String name, String runKey, String job, long startedMicros, int limit) {
        return read(handle -> JobTable.runsBefore(handle, name, runKey, job, startedMicros, limit));
    }

    @Override
    public List<String> unfinished() {
        return read(JobTable::unfinished);
    }

    @Override
    public List<StoredFact> facts(String job) {
        return read(handle -> FactTable.facts(handle, job));
    }

    @Override
    public List<Alert> alerts(Set<AlertState> states, @Nullable String job, int limit) {
        return read(handle -> AlertTable.alerts(handle, states, job, limit));
    }

    @Override
    public Optional<Alert> alert(String id) {
        return read(handle -> AlertTable.alert(handle, id));
    }

    @Override
    public List<AlertEvent> history(String alert) {
        return read(handle -> AlertTable.history(handle, alert));
    }

    @Override
    public List<AlertEvent> eventsAfter(long micros, int limit) {
        return read(handle -> AlertTable.eventsAfter(handle, micros, limit));
    }

    @Override
    public Optional<Delivered> delivered(String channel) {
        return read(handle -> DeliveryTable.delivered(handle, channel));
    }

    @Override
    public void saveDelivered(String channel, Delivered delivered, Map<String, @Nullable String> messages) {
        change(handle -> {
            DeliveryTable.save(handle, channel, delivered, messages);
            return null;
        });
    }

    @Override
    public Optional<String> message(String channel, String alert) {
        return read(handle -> DeliveryTable.message(handle, channel, alert));
    }

    @Override
    public List<Mute> mutes(long nowMicros) {
        return read(handle -> MuteTable.mutes(handle, nowMicros));
    }

    @Override
    public List<SeriesPoint> series(String job, SeriesFilter filter, long fromMicros, long toMicros, int points) {
        return Folding.toAtMost(read(handle -> PointTable.points(handle, job, filter, fromMicros, toMicros)), points);
    }

    @Override
    public Removed maintain(long nowMicros, Retention retention) {
        return maintenance().run(nowMicros, retention);
    }

    @Override
    public void remove(String job) {
        maintenance().remove(Key.of(job));
    }

    private Maintenance maintenance() {
        return new Maintenance(database, this::change, this::outsideTransaction);
    }

    @Override
    public long bytes() {
        return read(database::bytes);
    }

    @Override
    public String kind() {
        return database.kind();
    }

    @Override
    public void close() {
        close(readers);
        close(writers);
    }

    private static void close(@Nullable HikariDataSource pool) {
        if (pool != null) {
            pool.close();
        }
    }

    private byte[] unpacked(byte[] packed) {
        try {
            return Packed.unpack(packed);
        } catch (RuntimeException e) {
            throw Failure.of(database, e);
        }
    }

    private <T> T read(Function<Handle, T> query) {
        checkOpen();
        try {
            return reading.withHandle(query::apply);
        } catch (RuntimeException e) {
            throw Failure.of(database, e);
        }
    }

    private <T extends @Nullable Object> T change(Function<Handle, T> change) {
        return asWriter(handle -> handle.inTransaction(transaction -> {
            database.takeTurn(transaction);
            return change.apply(transaction);
        }));
    }

    private <T extends @Nullable Object> T outsideTransaction(Function<Handle, T> change) {
        return asWriter(change);
    }

    private <T extends @Nullable Object> T asWriter(Function<Handle, T> change) {
        checkOpen();
        turn.lock();
        try {
            return writing.withHandle(change::apply);
        } catch (RuntimeException e) {
            // After a disk or a server failed, a connection may be in the middle of something.
            writers.getHikariPoolMXBean().softEvictConnections();
            throw Failure.of(database, e);
        } finally {
            turn.unlock();
        }
    }

    private void checkOpen() {
        if (readers.isClosed()) {
            throw new StoreException("store: " + database.place() + " is closed (expected: an open store)");
        }
    }
}
