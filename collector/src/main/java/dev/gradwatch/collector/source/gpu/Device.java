package dev.gradwatch.collector.source.gpu;

import com.sun.jna.Pointer;
import dev.gradwatch.collector.model.Gpu;
import dev.gradwatch.collector.model.GpuProcess;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One GPU, or one MIG instance, in one life of the driver. What does not change is asked once, what the driver does not support never again, and what
 * changes slowly or takes long to ask at some readings only: in between it is as it was. For one thread at a time.
 */
final class Device {
    private final Nvml nvml;
    private final ProcessTable table;
    private final Pointer handle;
    private final Identity identity;
    private final BitSet unsupported = new BitSet();

    private final @Nullable Integer maxSm;
    private final @Nullable Integer maxMemory;
    private final @Nullable Integer maxPcieGeneration;
    private final @Nullable Integer maxPcieWidth;

    private @Nullable Double limitWatts;
    private Gpu.@Nullable Errors errors;
    private Gpu.@Nullable Links links;
    private boolean mig;
    private boolean leavesToInstances;
    private long latestUseMicros;
    private boolean answered;
    private boolean erred;

    /** @throws NvmlError where not even its UUID can be had */
    Device(Nvml nvml, ProcessTable table, Pointer handle, Identity.Place place) throws NvmlError {
        this.nvml = nvml;
        this.table = table;
        this.handle = handle;
        String uuid = nvml.uuid.ask(handle);
        identity = new Identity(
                place,
                uuid,
                Objects.requireNonNullElse(ask(nvml.name), ""),
                place.mig() == null ? ask(nvml.busId) : place.busId());
        maxSm = Values.number(ask(nvml.maxSmClock));
        maxMemory = Values.number(ask(nvml.maxMemoryClock));
        maxPcieGeneration = Values.number(ask(nvml.maxPcieGeneration));
        maxPcieWidth = Values.number(ask(nvml.maxPcieWidth));
    }

    Identity identity() {
        return identity;
    }

    Pointer handle() {
        return handle;
    }

    /** Whether it was divided into instances when it was last asked for what changes slowly. */
    boolean isDivided() {
        return mig;
    }

    /** @param theirs whether what runs on its instances is theirs to list */
    void leaveToInstances(boolean theirs) {
        leavesToInstances = theirs;
    }

    /** @throws NvmlError where the GPU is lost or the driver was loaded again; so does {@link #readSlow} */
    Gpu read() throws NvmlError {
        answered = false;
        erred = false;
        Gpu.Memory memory = ask(nvml.memory);
        long[] utilization = ask(nvml.utilization);
        Integer celsius = Values.celsius(ask(nvml.temperature));
        Double watts = Values.watts(ask(nvml.milliwatts));
        Gpu.Clocks clocks = clocks();
        Long throttle = Values.count(ask(nvml.throttle));
        List<GpuProcess> processes = processes();
        return identity.gpu(
                answered || !erred ? Gpu.State.OK : Gpu.State.FAILED,
                memory == null || memory.totalBytes() <= 0 || memory.usedBytes() < 0 ? null : memory,
                utilization == null ? null : Values.percent(utilization[0]),
                utilization == null ? null : Values.percent(utilization[1]),
                celsius,
                watts,
                limitWatts,
                clocks,
                throttle,
                errors,
                links,
                processes);
    }

    /** Asks for what changes slowly or takes long, up to 40 ms. */
    void readSlow() throws NvmlError {
        if (identity.place().mig() == null) {
            Long mode = ask(nvml.migMode);
            boolean now = mode != null && mode == 1;
            if (now != mig) {
                mig = now;
                // A GPU answers other questions when it is divided.
                unsupported.clear();
            }
        }
        limitWatts = Values.watts(ask(nvml.limitMilliwatts));
        errors = errors();
        links = links();
    }

    private Gpu.@Nullable Clocks clocks() throws NvmlError {
        Integer sm = Values.number(ask(nvml.smClock));
        Integer memory = Values.number(ask(nvml.memoryClock));
        return allNull(sm, memory, maxSm, maxMemory) ? null : new Gpu.Clocks(sm, memory, maxSm, maxMemory);
    }

    private Gpu.@Nullable Errors errors() throws NvmlError {
        Long corrected = Values.count(ask(nvml.corrected));
        Long uncorrected = Values.count(ask(nvml.uncorrected));
        Long pages = ask(nvml.pagesPending);
        Long rows = ask(nvml.rowsPending);
        Boolean pending = (pages == null && rows == null) ? null : (isOne(pages) || isOne(rows));
        return allNull(corrected, uncorrected, pending) ? null : new Gpu.Errors(corrected, uncorrected, pending);
    }

    private static boolean isOne(@Nullable Long value) {
        return value != null && value == 1;
    }

    private Gpu.@Nullable Links links() throws NvmlError {
        Integer generation = Values.number(ask(nvml.pcieGeneration));
        Integer width = Values.number(ask(nvml.pcieWidth));
        Integer send = Values.number(ask(nvml.pcieSend));
        Integer receive = Values.number(ask(nvml.pcieReceive));
        Integer nvlinks = Values.number(ask(nvml.nvlinks));
        return allNull(generation, width, maxPcieGeneration, maxPcieWidth, send, receive, nvlinks)
                ? null
                : new Gpu.Links(generation, width, maxPcieGeneration, maxPcieWidth, send, receive, nvlinks);
    }

    private List<GpuProcess> processes() throws NvmlError {
        List<Listed> compute = ask(nvml.compute);
        List<Listed> graphics = ask(nvml.graphics);
        if (isEmpty(compute) && isEmpty(graphics)) {
            return List.of();
        }
        Map<Long, Integer> percents = percents();
        Map<Long, GpuProcess> byPid = new TreeMap<>();
        add(byPid, graphics, true, percents);
        // One that does both is listed twice, with the same memory, and counts as one that computes.
        add(byPid, compute, false, percents);
        return new ArrayList<>(byPid.values());
    }

    private void add(
            Map<Long, GpuProcess> byPid, @Nullable List<Listed> listed, boolean graphics, Map<Long, Integer> percents) {
        if (listed != null) {
            for (Listed one : listed) {
                if (isOurs(one)) {
                    byPid.put(one.pid(), table.process(one.pid(), graphics, one.usedBytes(), percents.get(one.pid())));
                }
            }
        }
    }

    /** A divided GPU may list what runs on its instances, which are asked themselves. */
    private boolean isOurs(Listed one) {
        Gpu.Mig instance = identity.place().mig();
        if (one.gpuInstance() == null || one.computeInstance() == null) {
            return true;
        }
        return instance == null
                ? !leavesToInstances
                : instance.gpuInstance() == one.gpuInstance() && instance.computeInstance() == one.computeInstance();
    }

    private Map<Long, Integer> percents() throws NvmlError {
        ProcessLists.Utilizations use = ask(nvml.utilizations, latestUseMicros);
        if (use == null) {
            return Map.of();
        }
        latestUseMicros = use.latestMicros();
        return use.percents();
    }

    private <T> @Nullable T ask(Query<T> query) throws NvmlError {
        return ask(query, 0);
    }

    /** Null where the driver does not say. */
    private <T> @Nullable T ask(Query<T> query, long argument) throws NvmlError {
        if (unsupported.get(query.number())) {
            return null;
        }
        try {
            T answer = query.ask(handle, argument);
            answered = true;
            return answer;
        } catch (NvmlError e) {
            if (e.isLost() || e.isReload()) {
                throw e;
            }
            if (e.isLasting()) {
                unsupported.set(query.number());
            }
            erred |= !e.isAbsence();
            return null;
        }
    }

    private static boolean isEmpty(@Nullable List<Listed> listed) {
        return listed == null || listed.isEmpty();
    }

    private static boolean allNull(@Nullable Object... values) {
        for (Object value : values) {
            if (value != null) {
                return false;
            }
        }
        return true;
    }
}
