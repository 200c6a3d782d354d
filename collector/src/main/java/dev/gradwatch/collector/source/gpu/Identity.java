package dev.gradwatch.collector.source.gpu;

import dev.gradwatch.collector.model.Gpu;
import dev.gradwatch.collector.model.GpuProcess;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which GPU or instance it is. The texts are empty where they were never known. */
record Identity(
        Place place, String uuid, String name, @Nullable String busId) {
    /**
     * @param mig null where it is a whole GPU
     * @param busId of an instance's GPU; null where that is the place itself
     */
    record Place(int index, Gpu.@Nullable Mig mig, @Nullable String busId) {}

    static Identity unknown(int index) {
        return new Identity(new Place(index, null, null), "", "", null);
    }

    boolean isOf(Gpu.Mig instance, String itsUuid) {
        return instance.equals(place.mig()) && itsUuid.equals(uuid);
    }

    /** It, where nothing else is known. */
    Gpu gpu(Gpu.State state) {
        return gpu(state, null, null, null, null, null, null, null, null, null, null, List.of());
    }

    Gpu gpu(
            Gpu.State state,
            Gpu.@Nullable Memory memory,
            @Nullable Integer gpuPercent,
            @Nullable Integer memoryPercent,
            @Nullable Integer celsius,
            @Nullable Double watts,
            @Nullable Double limitWatts,
            Gpu.@Nullable Clocks clocks,
            @Nullable Long throttle,
            Gpu.@Nullable Errors errors,
            Gpu.@Nullable Links links,
            List<GpuProcess> processes) {
        return new Gpu(
                place.index(),
                uuid,
                place.mig(),
                busId,
                name,
                state,
                memory,
                gpuPercent,
                memoryPercent,
                celsius,
                watts,
                limitWatts,
                clocks,
                throttle,
                errors,
                links,
                processes);
    }
}
