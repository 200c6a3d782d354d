package dev.gradwatch.collector.sink.upstream;

import dev.gradwatch.collector.model.Gpu;
import dev.gradwatch.collector.model.GpuSample;
import dev.gradwatch.collector.model.GpuSample.Tenant;
import dev.gradwatch.collector.model.Observation.GpuSampled;
import java.util.List;

/** Samples of GPUs that tests tell apart by how busy they are. */
final class GpuSamples {
    private GpuSamples() {}

    static GpuSampled of(int rank, int gpuPercent) {
        return new GpuSampled(
                "job",
                1_000_000L + gpuPercent,
                rank,
                new GpuSample(
                        "host",
                        "GPU-" + rank,
                        rank,
                        "NVIDIA H100",
                        Gpu.State.OK,
                        1L << 36,
                        1L << 35,
                        null,
                        0L,
                        gpuPercent,
                        null,
                        60,
                        612.5,
                        null,
                        0L,
                        null,
                        false,
                        List.of(new Tenant(7, "python serve.py", null, 1 - rank))));
    }
}
