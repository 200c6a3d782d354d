package dev.gradwatch.collector.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.model.Gpu;
import dev.gradwatch.collector.model.GpuDriver;
import dev.gradwatch.collector.model.GpuProcess;
import dev.gradwatch.collector.model.GpuReading;
import dev.gradwatch.collector.model.GpuSample;
import dev.gradwatch.collector.model.GpuSample.Tenant;
import dev.gradwatch.collector.model.Observation.GpuSampled;
import dev.gradwatch.collector.model.Observation.JobEnded;
import dev.gradwatch.collector.model.Observation.JobStarted;
import dev.gradwatch.collector.model.Observation.RankJoined;
import dev.gradwatch.collector.model.Observation.RankLeft;
import dev.gradwatch.collector.model.RankInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RankGpusTest {
    private static final long GB = 1_000_000_000;
    private static final GpuDriver DRIVER = new GpuDriver(GpuDriver.State.OK, "550.54.15", "12.550.54.15", "");

    private final List<GpuSampled> told = new ArrayList<>();
    private final Jobs jobs = new Jobs(observation -> {
        if (observation instanceof GpuSampled sampled) {
            told.add(sampled);
        }
    });
    private final RankGpus gpus = new RankGpus(jobs);

    @Test
    void pid_findsTheRanksGpu() {
        join("a", 0, "node1", 100, null);
        join("a", 1, "node1", 101, null);
        read(5, gpu(0, process(100, 3 * GB)), gpu(1, process(101, 4 * GB)));
        assertThat(told).hasSize(2);
        assertThat(sample(0).index()).isZero();
        assertThat(sample(0).rankBytes()).isEqualTo(3 * GB);
        assertThat(sample(0).tenants()).isEmpty();
        assertThat(sample(1).uuid()).isEqualTo("GPU-1");
        assertThat(told.get(0).micros()).isEqualTo(5);
        assertThat(gpus.latest().gpus().get(1).processes().get(0).rank()).isEqualTo(1);
        assertThat(gpus.latest().gpus().get(1).processes().get(0).job()).isEqualTo("a");
    }

    @Test
    void pidOfAnotherHost_isNobody() {
        join("a", 0, "node2", 100, null);
        read(5, gpu(0, process(100, GB)));
        assertThat(told).isEmpty();
        assertThat(gpus.latest().gpus().get(0).processes().get(0).rank()).isNull();
    }

    @Test
    void uuid_findsTheGpuWhoseProcessesAreNotSeen() {
        // In a container the driver lists the host's pids, or none.
        join("a", 0, "c0ffee", 7, "GPU-1");
        read(5, gpu(0), gpu(1, unseen(31_337, 5 * GB)));
        assertThat(sample(0).uuid()).isEqualTo("GPU-1");
        assertThat(sample(0).rankBytes()).isNull();
        assertThat(sample(0).tenants()).as("the process may be the rank's own").isEmpty();
    }

    @Test
    void uuid_winsOverAContextOnAnotherGpu() {
        join("a", 0, "node1", 100, "GPU-0");
        join("a", 1, "node1", 101, "GPU-1");
        read(5, gpu(0, process(100, 3 * GB), process(101, 9 * GB)), gpu(1, process(101, GB)));
        assertThat(sample(1).uuid()).isEqualTo("GPU-1");
        assertThat(sample(1).rankBytes()).isEqualTo(GB);
        assertThat(sample(0).tenants()).containsExactly(new Tenant(101, "python train.py", 9 * GB, 1));
    }

    @Test
    void migInstance_isFoundByTorchsNameForIt() {
        join("a", 0, "node1", 100, "GPU-ab-cd");
        Gpu instance = named(gpu(0, process(100, GB)), "MIG-ab-cd");
        gpus.accept(new GpuReading("node1", 5, DRIVER, List.of(instance)));
        assertThat(sample(0).uuid()).isEqualTo("MIG-ab-cd");
    }

    @Test
    void innermostPid_findsARankInAContainer() {
        join("a", 0, "c0ffee", 7, null);
        read(5, gpu(0, nested(5_000, 7, GB)), gpu(1, nested(5_001, 8, 2 * GB)));
        assertThat(sample(0).index()).isZero();
        assertThat(sample(0).rankBytes()).isEqualTo(GB);
    }

    @Test
    void innermostPidOfTwoContainers_isNobody() {
        join("a", 0, "c0ffee", 7, null);
        read(5, gpu(0, nested(5_000, 7, GB)), gpu(1, nested(5_001, 7, 2 * GB)));
        assertThat(told).isEmpty();
    }

    @Test
    void innermostPidOfTwoContainers_isToldApartByTheUuid() {
        join("a", 0, "c0ffee", 7, "GPU-1");
        read(5, gpu(0, nested(5_000, 7, GB)), gpu(1, nested(5_001, 7, 2 * GB), process(9, GB)));
        assertThat(sample(0).rankBytes()).isEqualTo(2 * GB);
        assertThat(sample(0).tenants()).containsExactly(new Tenant(9, "python train.py", GB, null));
    }

    @Test
    void processThatTheRankStarted_isTheRanks() {
        join("a", 0, "node1", 100, null);
        GpuProcess worker =
                new GpuProcess(102, List.of(102L), List.of(100L, 90L, 1L), "python", false, GB, null, null, null);
        read(5, gpu(0, process(100, 3 * GB), worker));
        assertThat(sample(0).rankBytes()).isEqualTo(4 * GB);
        assertThat(sample(0).tenants()).isEmpty();
    }

    @Test
    void rankThatHasNotSaidHello_isKnownByItsEnvironment() {
        join("a", 0, "node1", 100, null);
        GpuProcess other = process(200, 2 * GB).of("a", 1);
        GpuProcess worker = process(300, GB).of("a", 0);
        read(5, gpu(0, process(100, GB), other, worker));
        assertThat(sample(0).rankBytes()).isEqualTo(2 * GB);
        assertThat(sample(0).tenants()).containsExactly(new Tenant(200, "python train.py", 2 * GB, 1));
    }

    @Test
    void tenants_areTheLargest() {
        join("a", 0, "node1", 100, null);
        List<GpuProcess> all = new ArrayList<>(List.of(process(100, GB)));
        for (int i = 0; i < 20; i++) {
            all.add(process(200 + i, i * GB));
        }
        read(5, gpu(0, all.toArray(GpuProcess[]::new)));
        assertThat(sample(0).tenants()).hasSize(GpuSample.MAX_TENANTS);
        assertThat(sample(0).tenants().get(0).pid()).isEqualTo(219);
    }

    @Test
    void usedBeforeTheLaunch_isRemembered() {
        read(1_000_000, used(gpu(0), 7 * GB, 1L));
        jobs.accept(new JobStarted("a", 1_500_000, "train", List.of()));
        read(2_000_000, used(gpu(0), 8 * GB, 1L));
        join("a", 0, "node1", 100, "GPU-0");
        read(3_000_000, used(gpu(0), 9 * GB, 1L));
        assertThat(sample(0).beforeBytes()).isEqualTo(7 * GB);
        assertThat(sample(0).usedBytes()).isEqualTo(9 * GB);
    }

    @Test
    void firstReadingAtTheLaunch_isBeforeIt() {
        jobs.accept(new JobStarted("a", 1_500_000, "train", List.of()));
        join("a", 0, "node1", 100, "GPU-0");
        read(2_000_000, used(gpu(0), 7 * GB, 1L));
        assertThat(sample(0).beforeBytes()).isEqualTo(7 * GB);
    }

    @Test
    void readingAfterTheLaunch_saysNothingOfBefore() {
        jobs.accept(new JobStarted("a", 1_000_000, "train", List.of()));
        join("a", 0, "node1", 100, "GPU-0");
        read(20_000_000, used(gpu(0), 7 * GB, 1L));
        assertThat(sample(0).beforeBytes()).isNull();
    }

    @Test
    void driverThatCountsItsOwnShare_saysNothingOfBefore() {
        read(1_000_000, used(gpu(0), 7 * GB, null));
        jobs.accept(new JobStarted("a", 1_500_000, "train", List.of()));
        join("a", 0, "node1", 100, "GPU-0");
        read(2_000_000, used(gpu(0), 8 * GB, null));
        assertThat(sample(0).beforeBytes()).isNull();
    }

    @Test
    void rankThatLeftAndJobThatEnded_areToldNothing() {
        join("a", 0, "node1", 100, null);
        join("a", 1, "node1", 101, null);
        jobs.accept(new RankLeft("a", 2, 0, true, "exit"));
        read(5, gpu(0, process(100, GB)), gpu(1, process(101, GB)));
        assertThat(told).extracting(GpuSampled::rank).containsExactly(1);
        jobs.accept(new JobEnded("a", 6, 0));
        told.clear();
        read(7, gpu(0, process(100, GB)), gpu(1, process(101, GB)));
        assertThat(told).isEmpty();
    }

    @Test
    void twoJobs_areEachOthersTenants() {
        join("a", 0, "node1", 100, null);
        join("b", 0, "node1", 200, null);
        read(5, gpu(0, process(100, GB), process(200, 2 * GB)));
        assertThat(told).hasSize(2);
        assertThat(told)
                .allSatisfy(sampled -> assertThat(sampled.sample().tenants())
                        .singleElement()
                        .extracting(Tenant::rank)
                        .isNull());
    }

    private void join(String job, int rank, String host, long pid, @Nullable String uuid) {
        jobs.accept(new RankJoined(
                job,
                1,
                rank,
                new RankInfo(
                        "g",
                        0,
                        2,
                        rank,
                        host,
                        pid,
                        "cuda:" + rank,
                        uuid,
                        "torch",
                        "2.13.0",
                        "python 3.11.2",
                        List.of(),
                        Map.of())));
    }

    private void read(long micros, Gpu... all) {
        gpus.accept(new GpuReading("node1", micros, DRIVER, List.of(all)));
    }

    private GpuSample sample(int rank) {
        return told.stream()
                .filter(sampled -> sampled.rank() == rank)
                .reduce((first, last) -> last)
                .orElseThrow()
                .sample();
    }

    private static GpuProcess process(long pid, long bytes) {
        return new GpuProcess(pid, List.of(pid), List.of(1L), "python train.py", false, bytes, null, null, null);
    }

    private static GpuProcess nested(long pid, long inner, long bytes) {
        return new GpuProcess(pid, List.of(pid, inner), List.of(1L), "python", false, bytes, null, null, null);
    }

    private static GpuProcess unseen(long pid, long bytes) {
        return new GpuProcess(pid, List.of(), List.of(), "", false, bytes, null, null, null);
    }

    private static Gpu gpu(int index, GpuProcess... processes) {
        return new Gpu(
                index,
                "GPU-" + index,
                null,
                null,
                "NVIDIA H100",
                Gpu.State.OK,
                new Gpu.Memory(80 * GB, 10 * GB, 1L),
                90,
                40,
                60,
                400.0,
                700.0,
                null,
                0L,
                null,
                null,
                List.of(processes));
    }

    private static Gpu named(Gpu gpu, String uuid) {
        return new Gpu(
                gpu.index(),
                uuid,
                new Gpu.Mig("GPU-0", 1, 0),
                null,
                gpu.name(),
                gpu.state(),
                gpu.memory(),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                gpu.processes());
    }

    private static Gpu used(Gpu gpu, long bytes, @Nullable Long reserved) {
        return new Gpu(
                gpu.index(),
                gpu.uuid(),
                null,
                null,
                gpu.name(),
                gpu.state(),
                new Gpu.Memory(80 * GB, bytes, reserved),
                90,
                40,
                60,
                400.0,
                700.0,
                null,
                0L,
                null,
                null,
                gpu.processes());
    }
}
