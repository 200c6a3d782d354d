package dev.gradwatch.collector.sink.store;

import dev.gradwatch.collector.model.SeriesPoint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes series coarser for whoever wants few points. Counts, sums, smallest and largest of all stay what they are. */
final class Folding {
    /**
     * At most so many points for each series.
     *
     * @param all oldest first
     */
    static List<SeriesPoint> toAtMost(List<SeriesPoint> all, int most) {
        Map<String, List<SeriesPoint>> bySeries = new LinkedHashMap<>();
        all.forEach(point -> bySeries.computeIfAbsent(point.series(), any -> new ArrayList<>())
                .add(point));
        if (bySeries.values().stream().allMatch(series -> series.size() <= most)) {
            return all;
        }
        List<SeriesPoint> folded = new ArrayList<>();
        bySeries.values().forEach(series -> folded.addAll(fold(series, Math.max(1, most))));
        // Stable, so that one series' points keep their order.
        folded.sort(Comparator.comparingLong(SeriesPoint::micros));
        return folded;
    }

    private static List<SeriesPoint> fold(List<SeriesPoint> series, int most) {
        if (series.size() <= most) {
            return series;
        }
        long first = series.get(0).micros();
        long range = series.get(series.size() - 1).micros() - first + 1;
        long width = (range + most - 1) / most;
        List<SeriesPoint> folded = new ArrayList<>(most);
        long bucket = -1;
        for (SeriesPoint point : series) {
            long its = (point.micros() - first) / width;
            if (its == bucket) {
                folded.set(folded.size() - 1, together(folded.get(folded.size() - 1), point));
            } else {
                folded.add(point);
                bucket = its;
            }
        }
        return folded;
    }

    private static SeriesPoint together(SeriesPoint earlier, SeriesPoint later) {
        SeriesPoint sum = earlier.plus(later);
        long end = Math.max(earlier.micros() + earlier.spanMicros(), later.micros() + later.spanMicros());
        return inSpan(sum, earlier.micros(), end - earlier.micros());
    }

    /** The same figures at another place in time. */
    static SeriesPoint inSpan(SeriesPoint point, long micros, long spanMicros) {
        return new SeriesPoint(
                point.job(),
                point.series(),
                micros,
                spanMicros,
                point.step(),
                point.count(),
                point.sum(),
                point.min(),
                point.max());
    }

    private Folding() {}
}
