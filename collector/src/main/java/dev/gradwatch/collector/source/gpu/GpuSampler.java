package dev.gradwatch.collector.source.gpu;

import dev.gradwatch.collector.model.GpuReading;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a reading of the GPUs once an interval and hands it over, on one daemon thread. A reading that takes longer than the interval delays only
 * itself: the turns that it missed are left out. {@link #start} begins, {@link #close} may be called twice and leaves the reader to who opened it.
 * Thread-safe.
 */
public final class GpuSampler implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(GpuSampler.class);

    /** How long {@link #close} waits for a reading that blocks in the driver. */
    private static final long CLOSE_MILLIS = 2_000;

    private final Supplier<GpuReading> reader;
    private final Consumer<GpuReading> to;
    private final Pace pace;
    private @Nullable Thread thread;
    private volatile boolean closing;
    private boolean complained;

    /** @param to is called on the sampler's thread, and may block it */
    public GpuSampler(GpuReader reader, Duration interval, Consumer<GpuReading> to) {
        this(reader::read, to, new Pace(interval));
    }

    GpuSampler(Supplier<GpuReading> reader, Consumer<GpuReading> to, Pace pace) {
        this.reader = reader;
        this.to = to;
        this.pace = pace;
    }

    /** Begins with a reading at once. */
    public synchronized void start() {
        if (thread != null || closing) {
            throw new IllegalStateException("start: called before (expected: once)");
        }
        thread = new Thread(this::run, "gradwatch-gpu");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        pace.begin();
        while (!closing) {
            sample();
            pace.await();
        }
    }

    private void sample() {
        try {
            to.accept(reader.get());
        } catch (RuntimeException | LinkageError e) {
            if (complained) {
                logger.debug("gpus: a reading was lost again", e);
            } else {
                complained = true;
                logger.warn("gpus: a reading was lost, and sampling goes on; further ones are told at debug", e);
            }
        }
    }

    /** Ends sampling. Waits two seconds at most where a reading blocks. */
    @Override
    public void close() {
        Thread running;
        synchronized (this) {
            closing = true;
            running = thread;
        }
        pace.end();
        if (running == null || running == Thread.currentThread()) {
            return;
        }
        try {
            running.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
