package dev.gradwatch.collector.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at each job that changed, and tells what is true of it now. One daemon thread, from {@link #start} on; while it looks at a job, that job's ranks
 * wait.
 *
 * <p>A job in which something new was seen is looked at within {@link #URGENT_NANOS}, one whose steps are like those before once a {@link
 * #REST_NANOS}. However many jobs there are, and however large, looking takes at most half of one core: urgent ones first, then those that were not
 * looked at for longest.
 */
public final class Examiner implements AutoCloseable {
    static final long URGENT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    static final long REST_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final Logger logger = LoggerFactory.getLogger(Examiner.class);

    private final Jobs jobs;
    private final Consumer<Examination> listener;
    private final Thread thread;
    private volatile boolean closed;

    /** @param listener is told on the examiner's thread, or on that of {@link #look}'s caller; a job's examinations come in order */
    public Examiner(Jobs jobs, Consumer<Examination> listener) {
        this.jobs = jobs;
        this.listener = listener;
        this.thread = new Thread(this::run, "gradwatch-examiner");
        thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    private void run() {
        while (!closed) {
            LockSupport.parkNanos(POLL_NANOS);
            round();
        }
    }

    private void round() {
        // Others may become urgent while the rest is looked at, so each round takes one of the rest.
        long now = System.nanoTime();
        List<Job> urgent = new ArrayList<>();
        Job longest = null;
        for (Job job : jobs.all()) {
            if (job.isDue(now)) {
                if (job.isUrgent()) {
                    urgent.add(job);
                } else if (longest == null || job.examinedNanos() < longest.examinedNanos()) {
                    longest = job;
                }
            }
        }
        if (longest != null) {
            urgent.add(longest);
        }
        for (Job job : urgent) {
            if (closed) {
                return;
            }
            long began = System.nanoTime();
            examine(job);
            LockSupport.parkNanos(System.nanoTime() - began);
        }
    }

    /** One at a time, so that a job's examinations are told in order. */
    private synchronized void examine(Job job) {
        try {
            listener.accept(job.examine(System.nanoTime()));
        } catch (RuntimeException e) {
            logger.warn("job {} could not be examined", job.id(), e);
        }
    }

    /** Looks at every job once more, whatever its turn; for a collector that stops. */
    public void finish() throws InterruptedException {
        close();
        thread.join();
        look();
    }

    /** Looks at every job that changed, whatever its turn, on the caller's thread; also where {@link #start} was never called. */
    public void look() {
        jobs.all().stream().filter(Job::isChanged).forEach(this::examine);
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
