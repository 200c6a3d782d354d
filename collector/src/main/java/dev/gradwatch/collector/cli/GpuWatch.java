package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.model.GpuReading;
import dev.gradwatch.collector.pipeline.Jobs;
import dev.gradwatch.collector.pipeline.RankGpus;
import dev.gradwatch.collector.source.gpu.GpuReader;
import dev.gradwatch.collector.source.gpu.GpuSampler;
import dev.gradwatch.wire.HostName;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This machine's GPUs, looked at beside the jobs of a sidecar. That there is no GPU, no driver or no library is a state of {@link #latest}; whatever goes wrong
 * here, jobs are watched as without it. Whoever starts one closes it.
 */
final class GpuWatch implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(GpuWatch.class);

    private final RankGpus ranks;
    private final @Nullable GpuReader reader;
    private final @Nullable GpuSampler sampler;

    private GpuWatch(RankGpus ranks, @Nullable GpuReader reader, @Nullable GpuSampler sampler) {
        this.ranks = ranks;
        this.reader = reader;
        this.sampler = sampler;
    }

    /** Begins to look; never blocks on the driver. */
    static GpuWatch start(GpuOptions.Chosen chosen, Jobs jobs) {
        RankGpus ranks = new RankGpus(jobs);
        if (!chosen.watched()) {
            return new GpuWatch(ranks, null, null);
        }
        try {
            GpuReader reader = GpuReader.open(chosen.library(), HostName.ours(), Sidecar::nowMicros);
            GpuSampler sampler = new GpuSampler(reader, chosen.interval(), ranks);
            sampler.start();
            return new GpuWatch(ranks, reader, sampler);
        } catch (RuntimeException | LinkageError e) {
            logger.warn("GPUs are not watched: {}", e.toString());
            return new GpuWatch(ranks, null, null);
        }
    }

    /** The latest reading, with the ranks and jobs that its processes are. */
    GpuReading latest() {
        return ranks.latest();
    }

    @Override
    public void close() {
        if (sampler != null) {
            sampler.close();
        }
        if (reader != null) {
            reader.close();
        }
    }
}
