package dev.gradwatch.collector.model;

/**
 * A value over a span of time, of one series of a job.
 *
 * @param series such as {@code step_time_seconds}, {@code gradient_norm}
 * @param micros Unix time of the span's beginning
 * @param spanMicros how long it is
 * @param step optimizer steps completed at its end
 * @param count samples in it
 */
public record SeriesPoint(
        String job,
        String series,
        long micros,
        long spanMicros,
        long step,
        long count,
        double sum,
        double min,
        double max) {
    /** Between a series' name and the rank whose alone it is: {@code gpu_percent/rank.3}. */
    public static final String OF_RANK = "/rank.";

    public double mean() {
        return count == 0 ? Double.NaN : sum / count;
    }

    /** Both together; the later one's step. */
    public SeriesPoint plus(SeriesPoint later) {
        return new SeriesPoint(
                job,
                series,
                micros,
                spanMicros,
                Math.max(step, later.step),
                count + later.count,
                sum + later.sum,
                Math.min(min, later.min),
                Math.max(max, later.max));
    }
}
