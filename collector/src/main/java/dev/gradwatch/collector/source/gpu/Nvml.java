package dev.gradwatch.collector.source.gpu;

import com.sun.jna.Function;
import com.sun.jna.Pointer;
import dev.gradwatch.collector.model.Gpu;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The calls of NVML that are used here, each looked up on its own: a library that lacks one answers it with {@link NvmlError#FUNCTION_NOT_FOUND}.
 * For one thread at a time, since all calls write into the same buffer; readers on other threads have an {@code Nvml} of their own.
 */
final class Nvml implements AutoCloseable {
    private static final int CLOCK_SM = 1;
    private static final int CLOCK_MEMORY = 2;
    private static final int ECC_CORRECTED = 0;
    private static final int ECC_UNCORRECTED = 1;
    private static final int ECC_SINCE_LOADED = 0;
    private static final int PCIE_SEND = 0;
    private static final int PCIE_RECEIVE = 1;

    private final NvmlLibrary library;
    private final Answer answer = new Answer();
    private final ProcessLists lists = new ProcessLists();
    private int queries;

    final Query<String> uuid;
    final Query<String> name;
    final Query<String> busId;
    final Query<Gpu.Memory> memory;
    /** Percent of the GPU, and of its memory's time. */
    final Query<long[]> utilization;

    final Query<Long> temperature;
    final Query<Long> milliwatts;
    final Query<Long> limitMilliwatts;
    final Query<Long> smClock;
    final Query<Long> memoryClock;
    final Query<Long> maxSmClock;
    final Query<Long> maxMemoryClock;
    final Query<Long> throttle;
    final Query<Long> corrected;
    final Query<Long> uncorrected;
    final Query<Long> pagesPending;
    final Query<Long> rowsPending;
    final Query<Long> pcieGeneration;
    final Query<Long> pcieWidth;
    final Query<Long> maxPcieGeneration;
    final Query<Long> maxPcieWidth;
    /** Blocks for 20 ms, in which the GPU counts; so does {@link #pcieReceive}. */
    final Query<Long> pcieSend;

    final Query<Long> pcieReceive;
    final Query<Long> nvlinks;
    final Query<Long> migMode;
    final Query<Long> maxInstances;
    /** By the argument's index; {@link NvmlError#NOT_FOUND} where there is none. */
    final Query<Pointer> instance;

    final Query<Long> gpuInstance;
    final Query<Long> computeInstance;
    final Query<List<Listed>> compute;
    final Query<List<Listed>> graphics;
    /** Of the time since the argument. */
    final Query<ProcessLists.Utilizations> utilizations;

    private final Query<Pointer> device;

    /** @param library is closed with this */
    Nvml(NvmlLibrary library) {
        this.library = library;
        device = this.<Pointer>query("nvmlDeviceGetHandleByIndex")
                .form(library, "nvmlDeviceGetHandleByIndex_v2", (f, none, index) -> answer.handle(f, (int) index))
                .form(library, "nvmlDeviceGetHandleByIndex", (f, none, index) -> answer.handle(f, (int) index));
        uuid = text("nvmlDeviceGetUUID");
        name = text("nvmlDeviceGetName");
        busId = this.<String>query("nvmlDeviceGetPciInfo")
                .form(library, "nvmlDeviceGetPciInfo_v3", (f, d, none) -> answer.busId(f, d, Structs.PCI))
                .form(library, "nvmlDeviceGetPciInfo_v2", (f, d, none) -> answer.busId(f, d, Structs.PCI_V2))
                .form(library, "nvmlDeviceGetPciInfo", (f, d, none) -> answer.busId(f, d, Structs.PCI_V2));
        memory = this.<Gpu.Memory>query("nvmlDeviceGetMemoryInfo")
                .form(library, "nvmlDeviceGetMemoryInfo_v2", (f, d, none) -> answer.memoryV2(f, d))
                .form(library, "nvmlDeviceGetMemoryInfo", (f, d, none) -> answer.memory(f, d));
        utilization = this.<long[]>query("nvmlDeviceGetUtilizationRates")
                .form(library, "nvmlDeviceGetUtilizationRates", (f, d, none) -> answer.utilization(f, d));
        temperature = this.<Long>query("nvmlDeviceGetTemperature")
                .form(library, "nvmlDeviceGetTemperatureV", (f, d, none) -> answer.temperature(f, d))
                .form(library, "nvmlDeviceGetTemperature", (f, d, none) -> answer.u32(f, d, Answer.SENSOR_GPU));
        milliwatts = number("nvmlDeviceGetPowerUsage");
        limitMilliwatts = number("nvmlDeviceGetEnforcedPowerLimit");
        smClock = number("nvmlDeviceGetClockInfo", CLOCK_SM);
        memoryClock = number("nvmlDeviceGetClockInfo", CLOCK_MEMORY);
        maxSmClock = number("nvmlDeviceGetMaxClockInfo", CLOCK_SM);
        maxMemoryClock = number("nvmlDeviceGetMaxClockInfo", CLOCK_MEMORY);
        throttle = this.<Long>query("nvmlDeviceGetCurrentClocksEventReasons")
                .form(library, "nvmlDeviceGetCurrentClocksEventReasons", (f, d, none) -> answer.u64(f, d))
                .form(library, "nvmlDeviceGetCurrentClocksThrottleReasons", (f, d, none) -> answer.u64(f, d));
        corrected = errors(ECC_CORRECTED);
        uncorrected = errors(ECC_UNCORRECTED);
        pagesPending = number("nvmlDeviceGetRetiredPagesPendingStatus");
        rowsPending = this.<Long>query("nvmlDeviceGetRemappedRows")
                .form(library, "nvmlDeviceGetRemappedRows", (f, d, none) -> answer.rowsPending(f, d));
        pcieGeneration = number("nvmlDeviceGetCurrPcieLinkGeneration");
        pcieWidth = number("nvmlDeviceGetCurrPcieLinkWidth");
        maxPcieGeneration = number("nvmlDeviceGetMaxPcieLinkGeneration");
        maxPcieWidth = number("nvmlDeviceGetMaxPcieLinkWidth");
        pcieSend = number("nvmlDeviceGetPcieThroughput", PCIE_SEND);
        pcieReceive = number("nvmlDeviceGetPcieThroughput", PCIE_RECEIVE);
        nvlinks = this.<Long>query("nvmlDeviceGetNvLinkState")
                .form(library, "nvmlDeviceGetNvLinkState", (f, d, none) -> answer.nvlinks(f, d));
        migMode = this.<Long>query("nvmlDeviceGetMigMode")
                .form(library, "nvmlDeviceGetMigMode", (f, d, none) -> answer.migMode(f, d));
        maxInstances = number("nvmlDeviceGetMaxMigDeviceCount");
        instance = this.<Pointer>query("nvmlDeviceGetMigDeviceHandleByIndex")
                .form(
                        library,
                        "nvmlDeviceGetMigDeviceHandleByIndex",
                        (f, d, index) -> answer.handle(f, d, (int) index));
        gpuInstance = number("nvmlDeviceGetGpuInstanceId");
        computeInstance = number("nvmlDeviceGetComputeInstanceId");
        compute = processes("nvmlDeviceGetComputeRunningProcesses");
        graphics = processes("nvmlDeviceGetGraphicsRunningProcesses");
        utilizations = this.<ProcessLists.Utilizations>query("nvmlDeviceGetProcessUtilization")
                .form(library, "nvmlDeviceGetProcessUtilization", lists::utilizations);
    }

    int life() {
        return library.life();
    }

    void renew(int seen) throws NoDriver {
        library.renew(seen);
    }

    String text(int code) {
        return library.text(code);
    }

    int deviceCount() throws NvmlError {
        Function function = library.function("nvmlDeviceGetCount_v2");
        if (function == null) {
            function = library.function("nvmlDeviceGetCount");
        }
        if (function == null) {
            throw new NvmlError("nvmlDeviceGetCount", NvmlError.FUNCTION_NOT_FOUND);
        }
        return (int) Math.min(answer.u32(function), Integer.MAX_VALUE);
    }

    Pointer device(int index) throws NvmlError {
        return device.ask(Pointer.NULL, index);
    }

    @Nullable
    String driverVersion() {
        return version("nvmlSystemGetDriverVersion");
    }

    @Nullable
    String nvmlVersion() {
        return version("nvmlSystemGetNVMLVersion");
    }

    /** Once for each of it; not while another thread is in a call. */
    @Override
    public void close() {
        library.close();
    }

    private <T> Query<T> query(String function) {
        return new Query<>(function, queries++);
    }

    private Query<Long> number(String function, int... choice) {
        return this.<Long>query(function)
                .form(
                        library,
                        function,
                        (f, d, none) -> choice.length == 0 ? answer.u32(f, d) : answer.u32(f, d, choice[0]));
    }

    private Query<Long> errors(int kind) {
        return this.<Long>query("nvmlDeviceGetTotalEccErrors")
                .form(library, "nvmlDeviceGetTotalEccErrors", (f, d, none) -> answer.u64(f, d, kind, ECC_SINCE_LOADED));
    }

    private Query<String> text(String function) {
        return this.<String>query(function).form(library, function, (f, d, none) -> answer.text(f, d));
    }

    private Query<List<Listed>> processes(String function) {
        return this.<List<Listed>>query(function)
                .form(library, function + "_v3", (f, d, none) -> lists.list(f, d, Structs.PROCESS_V2))
                .form(library, function + "_v2", (f, d, none) -> lists.list(f, d, Structs.PROCESS_V2))
                .form(library, function, (f, d, none) -> lists.list(f, d, Structs.PROCESS_V1));
    }

    private @Nullable String version(String name) {
        Function function = library.function(name);
        try {
            if (function != null) {
                return answer.text(function);
            }
        } catch (NvmlError e) {
            return null;
        }
        return null;
    }
}
