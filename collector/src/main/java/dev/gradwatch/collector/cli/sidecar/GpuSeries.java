package dev.gradwatch.collector.cli.sidecar;

import dev.gradwatch.collector.model.GpuSample;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What of a rank's GPU becomes a series. */
final class GpuSeries {
    static final String PERCENT = "gpu_percent";
    static final String USED = "gpu_memory_used_bytes";
    static final String RANK = "gpu_memory_rank_bytes";
    static final String TEMPERATURE = "gpu_temperature_celsius";
    static final String POWER = "gpu_power_watts";

    /** Of jobs with more ranks than this, single ranks have no series: they would be as many as all else that is kept. */
    static final int MAX_RANKS = 64;

    /** Values by series; what the driver does not say is left out. */
    static Map<String, Double> values(GpuSample sample) {
        Map<String, Double> values = new LinkedHashMap<>();
        put(values, PERCENT, sample.gpuPercent());
        put(values, USED, sample.usedBytes());
        put(values, RANK, sample.rankBytes());
        put(values, TEMPERATURE, sample.temperatureCelsius());
        put(values, POWER, sample.powerWatts());
        return values;
    }

    private static void put(Map<String, Double> values, String series, @Nullable Number value) {
        if (value != null) {
            values.put(series, value.doubleValue());
        }
    }

    private GpuSeries() {}
}
