package dev.gradwatch.collector.sink.store;

import dev.gradwatch.collector.model.SeriesPoint;
import dev.gradwatch.collector.sink.store.Store.SeriesFilter;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** Series. Merged in Java: sums of NaN and of numbers near the largest mean something else in each database. */
final class PointTable {
    /** The primary key. */
    record Place(String job, String series, long spanMicros, long micros) {
        static Place of(SeriesPoint point) {
            return new Place(point.job(), point.series(), point.spanMicros(), point.micros());
        }
    }

    static void merge(Handle handle, List<SeriesPoint> points) {
        Map<Place, SeriesPoint> merged = new LinkedHashMap<>();
        points.forEach(point -> merged.merge(Place.of(point), point, SeriesPoint::plus));
        Map<String, byte[]> jobs = new LinkedHashMap<>();
        List<Keyed> rows = new ArrayList<>(merged.size());
        for (SeriesPoint point : merged.values()) {
            rows.add(new Keyed(jobs.computeIfAbsent(point.job(), Key::of), point));
        }
        mergeKeyed(handle, rows);
    }

    /** A point whose job is known by its key alone has any text for a job. */
    record Keyed(byte[] job, SeriesPoint point) {}

    /** No two of the same place. */
    static void mergeKeyed(Handle handle, List<Keyed> rows) {
        if (rows.isEmpty()) {
            return;
        }
        PreparedBatch upsert =
                handle.prepareBatch("INSERT INTO points (job, series, span, micros, step, count, sum, min, max)"
                        + " VALUES (:job, :series, :span, :micros, :step, :count, :sum, :min, :max)"
                        + " ON CONFLICT (job, series, span, micros) DO UPDATE SET step = excluded.step, count = excluded.count,"
                        + " sum = excluded.sum, min = excluded.min, max = excluded.max");
        for (Keyed row : rows) {
            SeriesPoint point = row.point();
            SeriesPoint all = there(handle, row).map(there -> there.plus(point)).orElse(point);
            upsert.bind("job", row.job())
                    .bind("series", Key.storable(all.series()))
                    .bind("span", all.spanMicros())
                    .bind("micros", all.micros())
                    .bind("step", all.step())
                    .bind("count", all.count())
                    .bind("sum", numberOrNull(all.sum()))
                    .bind("min", numberOrNull(all.min()))
                    .bind("max", numberOrNull(all.max()))
                    .add();
        }
        upsert.execute();
    }

    private static Optional<SeriesPoint> there(Handle handle, Keyed row) {
        SeriesPoint point = row.point();
        return handle.createQuery("SELECT series, micros, span, step, count, sum, min, max FROM points"
                        + " WHERE job = :job AND series = :series AND span = :span AND micros = :micros")
                .bind("job", row.job())
                .bind("series", Key.storable(point.series()))
                .bind("span", point.spanMicros())
                .bind("micros", point.micros())
                .map((rows, context) -> point(point.job(), rows))
                .findOne();
    }

    private static @Nullable Double numberOrNull(double value) {
        return Double.isNaN(value) ? null : value;
    }

    /** Oldest first. */
    static List<SeriesPoint> points(Handle handle, String job, SeriesFilter filter, long fromMicros, long toMicros) {
        List<String> names = filter.names().stream().map(Key::storable).toList();
        StringBuilder sql = new StringBuilder("SELECT series, micros, span, step, count, sum, min, max FROM points"
                + " WHERE job = :job AND micros >= :from AND micros < :to");
        if (!filter.ofRanks()) {
            sql.append(" AND series NOT LIKE :rank");
        }
        for (int i = 0; i < names.size(); i++) {
            // Not LIKE, for which the underscores of names stand for anything.
            sql.append(i == 0 ? " AND (" : " OR ")
                    .append("series = :name" + i + " OR substr(series, 1, :length" + i + ") = :below" + i);
        }
        sql.append(names.isEmpty() ? "" : ")").append(" ORDER BY micros, series, span");
        Query query = handle.createQuery(sql.toString())
                .bind("job", Key.of(job))
                .bind("from", fromMicros)
                .bind("to", toMicros);
        if (!filter.ofRanks()) {
            query.bind("rank", "%" + SeriesPoint.OF_RANK + "%");
        }
        for (int i = 0; i < names.size(); i++) {
            String below = names.get(i) + "/";
            query.bind("name" + i, names.get(i))
                    .bind("below" + i, below)
                    .bind("length" + i, below.codePointCount(0, below.length()));
        }
        return query.map((rows, context) -> point(job, rows)).list();
    }

    static SeriesPoint point(String job, ResultSet rows) throws SQLException {
        return new SeriesPoint(
                job,
                rows.getString("series"),
                rows.getLong("micros"),
                rows.getLong("span"),
                rows.getLong("step"),
                rows.getLong("count"),
                numberOrNaN(rows, "sum"),
                numberOrNaN(rows, "min"),
                numberOrNaN(rows, "max"));
    }

    private static double numberOrNaN(ResultSet rows, String column) throws SQLException {
        double value = rows.getDouble(column);
        return rows.wasNull() ? Double.NaN : value;
    }

    private PointTable() {}
}
