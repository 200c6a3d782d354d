package dev.gradwatch.collector.source.gpu;

import dev.gradwatch.collector.model.GpuDriver;
import dev.gradwatch.collector.model.GpuReading;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A placeholder, which finds no library. */
public final class GpuReader implements AutoCloseable {
    private final String host;
    private final LongSupplier nowMicros;

    private GpuReader(String host, LongSupplier nowMicros) {
        this.host = host;
        this.nowMicros = nowMicros;
    }

    public static GpuReader open(@Nullable String library, String host, LongSupplier nowMicros) {
        return new GpuReader(host, nowMicros);
    }

    public GpuReading read() {
        GpuDriver none = new GpuDriver(
                GpuDriver.State.NO_LIBRARY, null, null, "no NVML library on this machine: it comes with NVIDIA's driver");
        return new GpuReading(host, nowMicros.getAsLong(), none, List.of());
    }

    @Override
    public void close() {}
}
