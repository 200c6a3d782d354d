package dev.gradwatch.collector.pipeline;

import dev.gradwatch.collector.model.Gpu;
import dev.gradwatch.collector.model.GpuProcess;
import dev.gradwatch.collector.model.GpuReading;
import dev.gradwatch.collector.model.GpuSample;
import dev.gradwatch.collector.model.Observation.GpuSampled;
import dev.gradwatch.collector.model.RankInfo;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which processes and which GPUs of a reading are whose.
 *
 * <p>A rank's GPU is the one whose UUID its Hello gave, on whatever host: a container has a host name of its own. Without a UUID it is the one on
 * which its process holds most memory. A process is a rank's by its pid, in the collector's pid namespace where both have the same host name, or in
 * the innermost of its own where no two processes of the reading have the same one there, because the rank started it, or because its environment says
 * so; the last also of a rank that has not said Hello yet.
 */
final class GpuOwners {
    private final GpuReading reading;
    /** By the pid that the driver lists. */
    private final Map<Long, Owner> owners = new HashMap<>();

    private final Map<Owner, Candidate> ranks = new HashMap<>();
    private final List<Place> places = new ArrayList<>();

    record Owner(String job, int rank) {}

    /**
     * Where a rank computes.
     *
     * @param near whether it calls its host as the reading does, so that its pid and those listed are of one count
     */
    record Place(Owner owner, Gpu gpu, boolean near) {}

    private record Candidate(Owner owner, RankInfo info) {}

    private GpuOwners(GpuReading reading) {
        this.reading = reading;
    }

    /** @param ranks those that are there, by job and rank */
    static GpuOwners in(GpuReading reading, Map<String, Map<Integer, RankInfo>> ranks) {
        GpuOwners found = new GpuOwners(reading);
        Map<Long, Candidate> byPid = new HashMap<>();
        List<Candidate> all = new ArrayList<>();
        ranks.forEach((job, infos) ->
                infos.forEach((rank, info) -> all.add(new Candidate(new Owner(job, rank), info))));
        for (Candidate rank : all) {
            found.ranks.put(rank.owner(), rank);
            Long pid = found.pidOf(rank.info());
            if (pid != null) {
                byPid.put(pid, rank);
            }
        }
        for (Candidate rank : all) {
            Gpu gpu = found.gpuOf(rank, byPid);
            if (gpu != null) {
                boolean near = reading.host().equals(rank.info().host());
                found.places.add(new Place(rank.owner(), gpu, near));
            }
        }
        found.own(byPid);
        return found;
    }

    /** The rank's pid as the collector sees it; null where none of the listed processes is its, nor was started by it. */
    private @Nullable Long pidOf(RankInfo info) {
        Long inner = null;
        Set<Long> seen = new HashSet<>();
        for (Gpu gpu : reading.gpus()) {
            for (GpuProcess process : gpu.processes()) {
                if (reading.host().equals(info.host())) {
                    if (seenPid(process) == info.pid() || process.ancestors().contains(info.pid())) {
                        return info.pid();
                    }
                } else if (process.pids().size() > 1
                        && process.pids().get(process.pids().size() - 1) == info.pid()
                        && onItsGpu(info, gpu)
                        && seen.add(seenPid(process))) {
                    // Two containers may have a process of this number each.
                    if (inner != null) {
                        return null;
                    }
                    inner = seenPid(process);
                }
            }
        }
        return inner;
    }

    private static boolean onItsGpu(RankInfo info, Gpu gpu) {
        return info.deviceUuid() == null || sameUuid(info.deviceUuid(), gpu.uuid());
    }

    /** As the collector sees it; where it does not see the process, as the driver says. */
    private static long seenPid(GpuProcess process) {
        return process.visible() ? process.pids().get(0) : process.pid();
    }

    private @Nullable Gpu gpuOf(Candidate rank, Map<Long, Candidate> byPid) {
        String uuid = rank.info().deviceUuid();
        if (uuid != null) {
            for (Gpu gpu : reading.gpus()) {
                if (sameUuid(uuid, gpu.uuid())) {
                    return gpu;
                }
            }
        }
        Gpu most = null;
        long mostBytes = -1;
        for (Gpu gpu : reading.gpus()) {
            long bytes = 0;
            boolean there = false;
            for (GpuProcess process : gpu.processes()) {
                if (rank.equals(candidateOf(process, byPid))) {
                    there = true;
                    bytes += process.usedBytes() == null ? 0 : process.usedBytes();
                }
            }
            if (there && bytes > mostBytes) {
                most = gpu;
                mostBytes = bytes;
            }
        }
        return most;
    }

    /** Torch calls a MIG instance, too, GPU-…. */
    private static boolean sameUuid(String said, String listed) {
        return bare(said).equalsIgnoreCase(bare(listed));
    }

    private static String bare(String uuid) {
        return uuid.startsWith("GPU-") || uuid.startsWith("MIG-") ? uuid.substring(4) : uuid;
    }

    private @Nullable Candidate candidateOf(GpuProcess process, Map<Long, Candidate> byPid) {
        Candidate itself = byPid.get(seenPid(process));
        if (itself != null) {
            return itself;
        }
        for (long ancestor : process.ancestors()) {
            Candidate started = byPid.get(ancestor);
            if (started != null) {
                return started;
            }
        }
        Owner said = saidOwner(process);
        return said == null ? null : ranks.get(said);
    }

    /** By the process's own environment. */
    private static @Nullable Owner saidOwner(GpuProcess process) {
        return process.job() == null || process.rank() == null ? null : new Owner(process.job(), process.rank());
    }

    private void own(Map<Long, Candidate> byPid) {
        for (Gpu gpu : reading.gpus()) {
            for (GpuProcess process : gpu.processes()) {
                Candidate rank = candidateOf(process, byPid);
                Owner owner = rank == null ? saidOwner(process) : rank.owner();
                if (owner != null) {
                    owners.put(process.pid(), owner);
                }
            }
        }
    }

    /** The ranks that have a GPU here. */
    List<Place> places() {
        return places;
    }

    /** Null where it is no rank's. */
    @Nullable
    Owner ownerOf(GpuProcess process) {
        return owners.get(process.pid());
    }

    /** @param before what was in use of each GPU before the job, by UUID */
    GpuSampled sampled(Place place, Map<String, Long> before) {
        Gpu gpu = place.gpu();
        Gpu.Memory memory = gpu.memory();
        Gpu.Errors errors = gpu.errors();
        return new GpuSampled(
                place.owner().job(),
                reading.micros(),
                place.owner().rank(),
                new GpuSample(
                        reading.host(),
                        gpu.uuid(),
                        gpu.index(),
                        gpu.name(),
                        gpu.state(),
                        memory == null ? null : memory.totalBytes(),
                        memory == null ? null : memory.usedBytes(),
                        ownBytes(place),
                        before.get(gpu.uuid()),
                        gpu.gpuPercent(),
                        gpu.memoryPercent(),
                        gpu.temperatureCelsius(),
                        gpu.powerWatts(),
                        gpu.powerLimitWatts(),
                        gpu.throttle(),
                        errors == null ? null : errors.uncorrected(),
                        errors != null && Boolean.TRUE.equals(errors.pendingRetirement()),
                        tenants(place)));
    }

    private @Nullable Long ownBytes(Place place) {
        Long sum = null;
        for (GpuProcess process : place.gpu().processes()) {
            if (isOf(place, process) && process.usedBytes() != null) {
                sum = (sum == null ? 0 : sum) + process.usedBytes();
            }
        }
        return sum;
    }

    private boolean isOf(Place place, GpuProcess process) {
        return place.owner().equals(ownerOf(process));
    }

    private List<GpuSample.Tenant> tenants(Place place) {
        // Where the rank's own process is not told from others, any of them may be it.
        boolean told = place.gpu().processes().stream().anyMatch(process -> isOf(place, process));
        return place.gpu().processes().stream()
                .filter(process -> !isOf(place, process) && (told || (place.near() && process.visible())))
                .sorted(Comparator.comparingLong(
                                (GpuProcess process) -> process.usedBytes() == null ? 0 : process.usedBytes())
                        .reversed())
                .limit(GpuSample.MAX_TENANTS)
                .map(process -> tenant(place.owner().job(), process))
                .toList();
    }

    private GpuSample.Tenant tenant(String job, GpuProcess process) {
        Owner owner = ownerOf(process);
        Integer rank = owner != null && owner.job().equals(job) ? owner.rank() : null;
        return new GpuSample.Tenant(process.pid(), process.name(), process.usedBytes(), rank);
    }
}
