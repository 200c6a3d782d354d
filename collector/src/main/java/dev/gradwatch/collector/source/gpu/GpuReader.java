package dev.gradwatch.collector.source.gpu;

import dev.gradwatch.collector.model.Gpu;
import dev.gradwatch.collector.model.GpuDriver;
import dev.gradwatch.collector.model.GpuReading;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what the machine's GPUs do. Nothing is thrown: that there is no driver, or that it fails, is a state of the reading with a hint. A driver that
 * was loaded again is taken up at once, one that could not be asked is tried again after a minute.
 *
 * <p>Thread-safe; one reading at a time. A reading takes some milliseconds, and at each tenth one 40 ms more a GPU, in which that counts what goes
 * over PCIe; a driver in distress may block it for seconds. So who only wants to know takes the latest reading of a {@link GpuSampler}. {@link #close} may be called twice and waits for two seconds at most.
 */
public final class GpuReader implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(GpuReader.class);

    private static final long RETRY_MICROS = TimeUnit.MINUTES.toMicros(1);
    private static final long CLOSE_MILLIS = 2_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final @Nullable String library;
    private final String host;
    private final LongSupplier nowMicros;
    private final ProcessTable table;

    private @Nullable Nvml nvml;
    private @Nullable Devices devices;
    private int life;
    private GpuDriver driver = GpuDriver.OFF;
    private boolean failed;
    private long failedMicros;
    private volatile boolean closed;

    private GpuReader(@Nullable String library, String host, LongSupplier nowMicros, ProcessTable table) {
        this.library = library;
        this.host = host;
        this.nowMicros = nowMicros;
        this.table = table;
    }

    /**
     * Nothing is loaded before the first reading.
     *
     * @param library the file of NVML; null where the driver's own is meant
     * @param host as its reporters call this machine
     * @param nowMicros Unix time
     */
    public static GpuReader open(@Nullable String library, String host, LongSupplier nowMicros) {
        return open(library, host, nowMicros, Path.of("/proc"));
    }

    static GpuReader open(@Nullable String library, String host, LongSupplier nowMicros, Path proc) {
        return new GpuReader(library, host, nowMicros, new ProcessTable(proc));
    }

    /** What the GPUs are now. After {@link #close}, that nobody looks any more. */
    public GpuReading read() {
        lock.lock();
        try {
            long now = nowMicros.getAsLong();
            List<Gpu> gpus = closed ? List.of() : read(now);
            return new GpuReading(host, now, closed ? GpuDriver.OFF : driver, gpus);
        } finally {
            releaseIfClosed();
            lock.unlock();
        }
    }

    private List<Gpu> read(long now) {
        if (failed && now >= failedMicros && now - failedMicros < RETRY_MICROS) {
            return List.of();
        }
        try {
            return readOrRenew();
        } catch (NoDriver e) {
            fail(now, e.driver());
        } catch (RuntimeException | LinkageError e) {
            logger.warn("gpus: a reading failed and is tried again in a minute", e);
            fail(now, new GpuDriver(GpuDriver.State.FAILED, null, null, "Reading the GPUs failed: " + e));
        }
        return List.of();
    }

    private List<Gpu> readOrRenew() throws NoDriver {
        Nvml open = nvml;
        if (open == null) {
            open = new Nvml(NvmlLibrary.open(library));
            nvml = open;
        }
        try {
            return readAll(open);
        } catch (NvmlError e) {
            if (!e.isReload()) {
                throw Hints.of(e, open.text(e.code()));
            }
        }
        open.renew(life);
        try {
            return readAll(open);
        } catch (NvmlError e) {
            throw Hints.of(e, open.text(e.code()));
        }
    }

    private List<Gpu> readAll(Nvml open) throws NvmlError {
        Devices known = devices;
        if (known == null || life != open.life()) {
            life = open.life();
            known = new Devices(open, table);
            devices = known;
            driver = new GpuDriver(GpuDriver.State.OK, open.driverVersion(), open.nvmlVersion(), "");
        }
        List<Gpu> gpus = known.read();
        table.turn();
        failed = false;
        String hint = gpus.isEmpty() ? Hints.NO_GPU : "";
        if (!hint.equals(driver.hint())) {
            driver = new GpuDriver(driver.state(), driver.version(), driver.nvml(), hint);
        }
        return gpus;
    }

    private void fail(long now, GpuDriver why) {
        release();
        if (!Objects.equals(why, driver)) {
            logger.info("gpus: {}", why.hint());
        }
        driver = why;
        failed = true;
        failedMicros = now;
    }

    private void release() {
        Nvml open = nvml;
        nvml = null;
        devices = null;
        if (open != null) {
            open.close();
        }
    }

    private void releaseIfClosed() {
        if (closed) {
            release();
        }
    }

    /** Shuts the driver's library down. Where a reading blocks in the driver, that is left to its end. */
    @Override
    public void close() {
        closed = true;
        try {
            if (lock.tryLock(CLOSE_MILLIS, TimeUnit.MILLISECONDS)) {
                try {
                    releaseIfClosed();
                } finally {
                    lock.unlock();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
