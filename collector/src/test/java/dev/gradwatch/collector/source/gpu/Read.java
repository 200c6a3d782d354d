package dev.gradwatch.collector.source.gpu;

import dev.gradwatch.collector.model.GpuReading;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A reader of a stand-in whose time passes when a test says so. */
final class Read implements AutoCloseable {
    private long micros = 1_795_337_991_000_000L;
    final GpuReader reader;

    Read(NvmlStandIn standIn) {
        this(standIn.file().toString());
    }

    Read(String file) {
        this(file, Path.of("/proc"));
    }

    Read(String file, Path proc) {
        reader = GpuReader.open(file, "node-1", () -> micros, proc);
    }

    GpuReading now() {
        return reader.read();
    }

    GpuReading later(int seconds) {
        micros += TimeUnit.SECONDS.toMicros(seconds);
        return reader.read();
    }

    @Override
    public void close() {
        reader.close();
    }
}
