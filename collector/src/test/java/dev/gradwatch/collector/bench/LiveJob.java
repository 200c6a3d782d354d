package dev.gradwatch.collector.bench;

import dev.gradwatch.collector.page.Collecting;
import dev.gradwatch.collector.page.LargeJob;
import java.io.IOException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A made-up job of full size that trains ten steps a second from {@link #train} until it is closed. */
final class LiveJob implements AutoCloseable {
    static final String ID = "large";
    private static final int STEP_MILLIS = 100;

    private final LargeJob job;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

    private LiveJob(LargeJob job) {
        this.job = job;
    }

    /** One that did its first steps and waits. */
    static LiveJob at(Collecting collector) throws IOException {
        LargeJob job = collector.job(ID, LargeJob.PARAMETERS, LargeJob.RANKS);
        job.steps(40);
        return new LiveJob(job);
    }

    void train() {
        clock.scheduleAtFixedRate(this::step, 0, STEP_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void step() {
        try {
            job.steps(1);
        } catch (IOException e) {
            throw new IllegalStateException("the collector went away", e);
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        clock.shutdown();
        clock.awaitTermination(1, TimeUnit.MINUTES);
        job.end();
        job.close();
    }
}
