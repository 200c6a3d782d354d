package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.ObservationSink;
import dev.gradwatch.collector.pipeline.Jobs;
import dev.gradwatch.collector.sink.upstream.Upstream;
import dev.gradwatch.collector.source.recording.RecordingWriter;
import dev.gradwatch.collector.source.tcp.TcpSource;
import dev.gradwatch.collector.source.tcp.tls.TlsFileException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The collector, put together: source, pipeline, recording, and the clock that ends jobs. {@code run} has one for its job, {@code collect} one
 * for as long as it lives. Thread-safe. Whoever starts one closes it; {@link #close} may be called twice.
 */
final class Sidecar implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(Sidecar.class);

    private static final Duration TICK = Duration.ofMillis(500);

    private final Jobs jobs;
    private final TcpSource source;
    private final InetSocketAddress address;
    private final @Nullable RecordingWriter recording;
    private final @Nullable Upstream upstream;
    private final ScheduledExecutorService ticker;

    private Sidecar(
            Jobs jobs,
            TcpSource source,
            InetSocketAddress address,
            @Nullable RecordingWriter recording,
            @Nullable Upstream upstream,
            ScheduledExecutorService ticker) {
        this.jobs = jobs;
        this.source = source;
        this.address = address;
        this.recording = recording;
        this.upstream = upstream;
        this.ticker = ticker;
    }

    /**
     * Opens the recording, binds and begins to accept reporters.
     *
     * @throws IOException in one line with what was asked for and what is expected, where the address cannot be bound, the certificate not be
     *     used or the recording not be written
     */
    static Sidecar start(SidecarOptions options) throws IOException {
        return start(options, Keeping.NONE, null);
    }

    /**
     * @param keeping how its jobs outlast it
     * @param upstream is told all that is seen here, and closed with the sidecar; null where nobody is
     */
    static Sidecar start(SidecarOptions options, Keeping keeping, @Nullable Upstream upstream) throws IOException {
        RecordingWriter recording = options.record() == null ? null : RecordingWriter.open(options.record());
        Jobs jobs = new Jobs(tap(recording, upstream), keeping.recollection(), options.thresholds());
        if (upstream != null) {
            upstream.start(jobs::picture);
        }
        byte[] tokenHash =
                options.token() == null ? null : options.token().sha256().bytes();
        TcpSource source = new TcpSource(options.listen(), tokenHash, options.tls(), jobs).closingWhen(keeping.kept());
        InetSocketAddress address;
        try {
            address = source.start();
        } catch (IOException e) {
            source.close();
            closeAll(recording, upstream);
            throw e instanceof TlsFileException ? e : ListenErrors.explained("listen", options.listen(), e);
        }
        ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor(Sidecar::daemon);
        // Nobody waits for the future: the task catches what it may throw, and close stops it.
        ScheduledFuture<?> unused =
                ticker.scheduleAtFixedRate(() -> tick(jobs), TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
        return new Sidecar(jobs, source, address, recording, upstream, ticker);
    }

    private static @Nullable ObservationSink tap(@Nullable RecordingWriter recording, @Nullable Upstream upstream) {
        if (recording == null || upstream == null) {
            return recording == null ? upstream : recording;
        }
        return observation -> {
            recording.accept(observation);
            upstream.accept(observation);
        };
    }

    private static void closeAll(@Nullable RecordingWriter recording, @Nullable Upstream upstream) {
        if (upstream != null) {
            upstream.close();
        }
        if (recording != null) {
            recording.close();
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "gradwatch-ticker");
        thread.setDaemon(true);
        return thread;
    }

    private static void tick(Jobs jobs) {
        try {
            jobs.tick(nowMicros());
        } catch (RuntimeException e) {
            // An executor drops a task that throws; one bad job must not keep the others from ending.
            logger.warn("a job could not be ended: {}", e.toString());
        }
    }

    /** The time now as observations carry it, microseconds of Unix time. */
    static long nowMicros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, InstantSource.system().instant());
    }

    /** Where reporters connect, with the port that was taken. */
    InetSocketAddress address() {
        return address;
    }

    Jobs jobs() {
        return jobs;
    }

    /** Frames and connections, as the source counts them. */
    TcpSource source() {
        return source;
    }

    /** Takes a fact that the launcher itself knows, such as the start and the end of its command. */
    void accept(Observation observation) {
        jobs.accept(observation);
    }

    /** Stops accepting, drops the connections, and completes the recording. Jobs can still be asked for their reports. */
    @Override
    public void close() {
        ticker.shutdownNow();
        source.close();
        closeAll(recording, upstream);
        logger.debug("observations: {}", jobs.counts());
    }
}
