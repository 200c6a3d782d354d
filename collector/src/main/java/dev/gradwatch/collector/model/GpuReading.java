package dev.gradwatch.collector.model;

import java.util.List;

/**
 * What a machine's GPUs are at a moment.
 *
 * @param host as its reporters call it
 * @param micros Unix time
 * @param gpus by index, each instance after its GPU
 */
public record GpuReading(String host, long micros, GpuDriver driver, List<Gpu> gpus) {
    public GpuReading {
        gpus = List.copyOf(gpus);
    }
}
