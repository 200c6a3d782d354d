package dev.gradwatch.collector.cli.sidecar;

import dev.gradwatch.collector.model.ModelSample;
import dev.gradwatch.collector.model.Observation.GpuSampled;
import dev.gradwatch.collector.model.SeriesPoint;
import dev.gradwatch.collector.sink.http.Directory.Recent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Gathers samples of jobs into points of {@link #SPAN_MICROS}. Thread-safe. */
final class SeriesBook {
    static final String STEP_TIME = "step_time_seconds";
    static final String NORM = "gradient_norm";
    static final long SPAN_MICROS = 10_000_000;

    private static final double NANOS = 1e9;

    private final Map<String, Map<String, SeriesPoint>> open = new HashMap<>();

    /** By job and series, of those that {@link #isShownSmall}. */
    private final Map<String, Map<String, RecentValues>> recent = new HashMap<>();

    /** When each GPU was last counted, by job and rank. */
    private final Map<String, Map<Integer, Long>> counted = new HashMap<>();

    /** @return the points that are complete now */
    synchronized List<SeriesPoint> add(String job, List<ModelSample> samples, long nowMicros) {
        Map<String, SeriesPoint> its = open.computeIfAbsent(job, id -> new HashMap<>());
        List<SeriesPoint> complete = new ArrayList<>();
        for (ModelSample sample : samples) {
            // Of the usual job, which has one model, the names are plain.
            String model = samples.size() == 1 ? "" : "/" + sample.name();
            if (sample.stepNanos() > 0) {
                add(job, STEP_TIME + model, sample.step(), sample.stepNanos() / NANOS, nowMicros, its, complete);
            }
            if (Double.isFinite(sample.norm())) {
                add(job, NORM + model, sample.step(), sample.norm(), nowMicros, its, complete);
            }
        }
        return complete;
    }

    /**
     * Takes the GPUs of a job's ranks, each sample once: for the whole job, so that its smallest and largest are of all ranks, and in jobs of at most {@link
     * GpuSeries#MAX_RANKS} ranks for each of them.
     *
     * @param worldSize how many ranks the job has
     * @param step that the job is at
     * @return the points that are complete now
     */
    synchronized List<SeriesPoint> add(String job, List<GpuSampled> gpus, int worldSize, long step, long nowMicros) {
        if (gpus.isEmpty()) {
            return List.of();
        }
        Map<Integer, Long> before = counted.computeIfAbsent(job, id -> new HashMap<>());
        Map<String, SeriesPoint> its = open.computeIfAbsent(job, id -> new HashMap<>());
        boolean eachRank = Math.max(worldSize, gpus.size()) <= GpuSeries.MAX_RANKS;
        List<SeriesPoint> complete = new ArrayList<>();
        for (GpuSampled sampled : gpus) {
            Long last = before.put(sampled.rank(), sampled.micros());
            if (last != null && last == sampled.micros()) {
                continue;
            }
            GpuSeries.values(sampled.sample()).forEach((series, value) -> {
                add(job, series, step, value, nowMicros, its, complete);
                if (eachRank) {
                    String ofRank = series + SeriesPoint.OF_RANK + sampled.rank();
                    add(job, ofRank, step, value, nowMicros, its, complete);
                }
            });
        }
        return complete;
    }

    private void add(
            String job,
            String series,
            long step,
            double value,
            long nowMicros,
            Map<String, SeriesPoint> open,
            List<SeriesPoint> complete) {
        long span = Math.floorDiv(nowMicros, SPAN_MICROS) * SPAN_MICROS;
        SeriesPoint point = new SeriesPoint(job, series, span, SPAN_MICROS, step, 1, value, value, value);
        SeriesPoint before = open.put(series, point);
        if (before != null && before.micros() == span) {
            open.put(series, before.plus(point));
        } else if (before != null) {
            complete.add(before);
            if (isShownSmall(series)) {
                recent.computeIfAbsent(job, id -> new HashMap<>())
                        .computeIfAbsent(series, name -> new RecentValues())
                        .add(before.mean());
            }
        }
    }

    private static boolean isShownSmall(String series) {
        return series.equals(GpuSeries.PERCENT) || series.equals(STEP_TIME);
    }

    /** How busy a running job's GPUs were lately, or where nobody sees them, how long its steps took; empty where neither is known. */
    synchronized Optional<Recent> recent(String job) {
        Map<String, SeriesPoint> its = open.getOrDefault(job, Map.of());
        String series = its.containsKey(GpuSeries.PERCENT) ? GpuSeries.PERCENT : STEP_TIME;
        SeriesPoint now = its.get(series);
        if (now == null) {
            return Optional.empty();
        }
        RecentValues before = recent.getOrDefault(job, Map.of()).getOrDefault(series, new RecentValues());
        return Optional.of(new Recent(series, SPAN_MICROS / 1_000_000, before.with(now.mean())));
    }

    /** Forgets which samples were counted of all jobs but these. */
    synchronized void forget(Set<String> kept) {
        counted.keySet().retainAll(kept);
    }

    /** What is not complete yet of a job. */
    synchronized List<SeriesPoint> open(String job) {
        return List.copyOf(open.getOrDefault(job, Map.of()).values());
    }

    /** The job ended; gives what was not complete. */
    synchronized List<SeriesPoint> finish(String job) {
        recent.remove(job);
        Map<String, SeriesPoint> its = open.remove(job);
        return its == null ? List.of() : List.copyOf(its.values());
    }
}
