package dev.gradwatch.collector.pipeline;

import dev.gradwatch.collector.model.Gpu;
import dev.gradwatch.collector.model.GpuDriver;
import dev.gradwatch.collector.model.GpuProcess;
import dev.gradwatch.collector.model.GpuReading;
import dev.gradwatch.collector.model.Observation.GpuSampled;
import dev.gradwatch.collector.model.RankInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells each job what the GPUs of its ranks do. {@link #accept} is called by one thread, the sampler's; {@link #latest} by any.
 *
 * <p>What was in use before a job is what its launcher's word came upon: the memory of each GPU in the reading before it.
 */
public final class RankGpus implements Consumer<GpuReading> {
    private static final Logger logger = LoggerFactory.getLogger(RankGpus.class);

    /** No trainer takes memory of a GPU sooner after its start: it loads its framework first. */
    private static final long START_MICROS = 1_000_000;

    private final Jobs jobs;
    private final Map<String, Map<String, Long>> usedBefore = new HashMap<>();
    private volatile GpuReading latest = new GpuReading("", 0, GpuDriver.OFF, List.of());

    public RankGpus(Jobs jobs) {
        this.jobs = jobs;
    }

    /** The latest reading, with the ranks and jobs that its processes are; of driver state OFF before the first. */
    public GpuReading latest() {
        return latest;
    }

    @Override
    public void accept(GpuReading reading) {
        Map<String, Map<Integer, RankInfo>> ranks = new HashMap<>();
        for (Job job : jobs.all()) {
            Job.Ranks its = job.ranks();
            rememberBefore(job.id(), its.launchedMicros(), latest.micros() == 0 ? reading : latest);
            if (!its.infos().isEmpty()) {
                ranks.put(job.id(), its.infos());
            }
        }
        usedBefore.keySet().retainAll(jobs.ids());
        GpuOwners owners = GpuOwners.in(reading, ranks);
        for (GpuOwners.Place place : owners.places()) {
            tell(owners.sampled(place, usedBefore.getOrDefault(place.owner().job(), Map.of())));
        }
        latest = named(reading, owners);
    }

    /** Of a job that was not there at the reading before; nothing where that one came after its start. */
    private void rememberBefore(String job, long launchedMicros, GpuReading before) {
        if (usedBefore.containsKey(job)) {
            return;
        }
        Map<String, Long> used = new HashMap<>();
        if (before.micros() <= launchedMicros + START_MICROS) {
            for (Gpu gpu : before.gpus()) {
                Gpu.Memory memory = gpu.memory();
                // Where the driver counts its own share as used, an empty GPU is not to be told from a taken one.
                if (memory != null && memory.reservedBytes() != null) {
                    used.put(gpu.uuid(), memory.usedBytes());
                }
            }
        }
        usedBefore.put(job, used);
    }

    private void tell(GpuSampled sampled) {
        try {
            jobs.accept(sampled);
        } catch (IllegalArgumentException e) {
            // It left between the two looks.
            logger.debug("rank {} of {} has no GPU any more: {}", sampled.rank(), sampled.job(), e.getMessage());
        }
    }

    private static GpuReading named(GpuReading reading, GpuOwners owners) {
        List<Gpu> gpus = new ArrayList<>();
        for (Gpu gpu : reading.gpus()) {
            List<GpuProcess> processes = new ArrayList<>();
            for (GpuProcess process : gpu.processes()) {
                GpuOwners.Owner owner = owners.ownerOf(process);
                processes.add(owner == null ? process : process.of(owner.job(), owner.rank()));
            }
            gpus.add(gpu.with(processes));
        }
        return new GpuReading(reading.host(), reading.micros(), reading.driver(), gpus);
    }
}
