package dev.gradwatch.collector.sink.store;

import dev.gradwatch.collector.model.SeriesPoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * Makes series coarser with age:
 *
 * <pre>
 * now      2 hours      2 days      30 days
 *  |  as is   |   1 min   |  10 min   |  1 h ...
 * </pre>
 *
 * <p>A span moves whole: only what lies before the last full coarse span of an age is folded. What comes later all the same is merged in.
 */
final class Coarsening {
    /** In one transaction. */
    static final int STEP_POINTS = 2_000;

    private static final List<Level> LEVELS = List.of(
            new Level(Duration.ofHours(2), Duration.ofMinutes(1)),
            new Level(Duration.ofDays(2), Duration.ofMinutes(10)),
            new Level(Duration.ofDays(30), Duration.ofHours(1)));

    /** Points older than this are of at least this span. */
    private record Level(long ageMicros, long spanMicros) {
        Level(Duration age, Duration span) {
            this(age.toNanos() / 1_000, span.toNanos() / 1_000);
        }

        long before(long nowMicros) {
            return floor(nowMicros - ageMicros);
        }

        long floor(long micros) {
            return Math.floorDiv(micros, spanMicros) * spanMicros;
        }
    }

    /** Folds some of what is due; how many points went, 0 where none is due. */
    static int step(Handle handle, long nowMicros) {
        // The coarsest first, so that what is very old is folded once.
        for (int i = LEVELS.size() - 1; i >= 0; i--) {
            Level level = LEVELS.get(i);
            List<PointTable.Keyed> due = due(handle, level, level.before(nowMicros));
            if (!due.isEmpty()) {
                fold(handle, level, due);
                return due.size();
            }
        }
        return 0;
    }

    private static List<PointTable.Keyed> due(Handle handle, Level level, long before) {
        // Spans are few; going from one to the next uses the index, where "span < :most" would read all points of the
        // last hours.
        long span = -1;
        while (true) {
            Long next = handle.createQuery("SELECT min(span) FROM points WHERE span > :span")
                    .bind("span", span)
                    .mapTo(Long.class)
                    .findOne()
                    .orElse(null);
            if (next == null || next >= level.spanMicros()) {
                return List.of();
            }
            span = next;
            List<PointTable.Keyed> due = handle.createQuery(
                            "SELECT job, series, micros, span, step, count, sum, min, max FROM points"
                                    + " WHERE span = :span AND micros < :before ORDER BY micros LIMIT :most")
                    .bind("span", span)
                    .bind("before", before)
                    .bind("most", STEP_POINTS)
                    .map((rows, context) -> new PointTable.Keyed(rows.getBytes("job"), PointTable.point("", rows)))
                    .list();
            if (!due.isEmpty()) {
                return due;
            }
        }
    }

    private static void fold(Handle handle, Level level, List<PointTable.Keyed> due) {
        record Place(Hash job, String series, long micros) {}
        Map<Place, SeriesPoint> folded = new LinkedHashMap<>();
        PreparedBatch gone = handle.prepareBatch(
                "DELETE FROM points" + " WHERE job = :job AND series = :series AND span = :span AND micros = :micros");
        for (PointTable.Keyed row : due) {
            SeriesPoint point = row.point();
            SeriesPoint moved = Folding.inSpan(point, level.floor(point.micros()), level.spanMicros());
            folded.merge(new Place(new Hash(row.job()), point.series(), moved.micros()), moved, SeriesPoint::plus);
            gone.bind("job", row.job())
                    .bind("series", point.series())
                    .bind("span", point.spanMicros())
                    .bind("micros", point.micros())
                    .add();
        }
        gone.execute();
        List<PointTable.Keyed> rows = new ArrayList<>(folded.size());
        folded.forEach(
                (place, point) -> rows.add(new PointTable.Keyed(place.job().bytes(), point)));
        PointTable.mergeKeyed(handle, rows);
    }

    private Coarsening() {}
}
