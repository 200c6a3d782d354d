package dev.gradwatch.collector.cli.sidecar;

import dev.gradwatch.collector.model.Gpu;
import dev.gradwatch.collector.model.GpuDriver;
import dev.gradwatch.collector.model.GpuProcess;
import dev.gradwatch.collector.model.GpuReading;
import dev.gradwatch.collector.model.GpuSample;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.Observation.GpuSampled;
import dev.gradwatch.collector.pipeline.Examination;
import dev.gradwatch.collector.pipeline.Jobs;
import dev.gradwatch.collector.sink.http.Directory.GpuPage;
import dev.gradwatch.collector.sink.http.Directory.GpuRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The GPUs of this machine as the driver says them, then those of other machines, as the latest samples of the ranks on them say. As many as the
 * machine has and the running jobs' ranks.
 */
final class GpuRows {
    /** What stands for a reading until there is one. */
    static final GpuReading NOT_READ = new GpuReading("", 0, GpuDriver.OFF, List.of());

    private static final Comparator<Place> BY_PLACE =
            Comparator.comparing(Place::host).thenComparingInt(Place::index).thenComparing(Place::uuid);

    private final Map<Place, Shared> elsewhere = new TreeMap<>(BY_PLACE);

    private record Place(String host, int index, String uuid) {}

    /** A GPU of another machine, as the last of its ranks saw it. */
    private static final class Shared {
        private @Nullable GpuSampled latest;
        private final Map<Long, GpuProcess> ranks = new LinkedHashMap<>();
        private final Map<Long, GpuProcess> tenants = new LinkedHashMap<>();
    }

    private GpuRows() {}

    static GpuPage page(GpuReading here, Jobs jobs) {
        List<GpuRow> rows = new ArrayList<>();
        Set<String> known = new HashSet<>();
        for (Gpu gpu : here.gpus()) {
            rows.add(new GpuRow(here.host(), gpu));
            known.add(gpu.uuid());
        }
        GpuRows others = new GpuRows();
        for (String job : jobs.ids()) {
            jobs.examined(job).ifPresent(examination -> others.add(examination, known));
        }
        others.elsewhere.forEach((place, shared) -> rows.add(new GpuRow(place.host(), shared(shared))));
        return new GpuPage(here.driver(), rows, jobs.thresholds());
    }

    private void add(Examination examination, Set<String> known) {
        if (examination.gpus().isEmpty()) {
            return;
        }
        Map<Integer, JobReport.Rank> ranks = new HashMap<>();
        examination.report().ranks().forEach(rank -> ranks.put(rank.rank(), rank));
        for (GpuSampled sampled : examination.gpus()) {
            GpuSample sample = sampled.sample();
            if (known.contains(sample.uuid())) {
                continue;
            }
            Shared shared = elsewhere.computeIfAbsent(
                    new Place(sample.host(), sample.index(), sample.uuid()), place -> new Shared());
            if (shared.latest == null || shared.latest.micros() < sampled.micros()) {
                shared.latest = sampled;
            }
            JobReport.Rank rank = ranks.get(sampled.rank());
            if (rank != null) {
                shared.ranks.put(
                        rank.pid(), process(rank.pid(), "", sample.rankBytes(), sampled.rank(), sampled.job()));
            }
            for (GpuSample.Tenant tenant : sample.tenants()) {
                shared.tenants.put(
                        tenant.pid(),
                        process(
                                tenant.pid(),
                                tenant.name(),
                                tenant.usedBytes(),
                                tenant.rank(),
                                tenant.rank() == null ? null : sampled.job()));
            }
        }
    }

    private static GpuProcess process(
            long pid, String name, @Nullable Long usedBytes, @Nullable Integer rank, @Nullable String job) {
        return new GpuProcess(pid, List.of(), List.of(), name, false, usedBytes, null, rank, job);
    }

    private static Gpu shared(Shared shared) {
        GpuSampled latest = shared.latest;
        if (latest == null) {
            throw new IllegalStateException("sample: none (expected: one of each GPU)");
        }
        Map<Long, GpuProcess> processes = new TreeMap<>(shared.ranks);
        for (GpuProcess tenant : shared.tenants.values()) {
            // A rank is a tenant of the other ranks on its GPU.
            boolean told = tenant.rank() != null
                    && shared.ranks.values().stream()
                            .anyMatch(rank -> tenant.rank().equals(rank.rank())
                                    && tenant.job() != null
                                    && tenant.job().equals(rank.job()));
            if (!told) {
                processes.putIfAbsent(tenant.pid(), tenant);
            }
        }
        return gpu(latest.sample(), List.copyOf(processes.values()));
    }

    private static Gpu gpu(GpuSample sample, List<GpuProcess> processes) {
        Long total = sample.totalBytes();
        Long used = sample.usedBytes();
        return new Gpu(
                sample.index(),
                sample.uuid(),
                null,
                null,
                sample.name(),
                sample.state(),
                total == null || used == null ? null : new Gpu.Memory(total, used, null),
                sample.gpuPercent(),
                sample.memoryPercent(),
                sample.temperatureCelsius(),
                sample.powerWatts(),
                sample.powerLimitWatts(),
                null,
                sample.throttle(),
                new Gpu.Errors(null, sample.eccUncorrected(), sample.pendingRetirement()),
                null,
                processes);
    }
}
