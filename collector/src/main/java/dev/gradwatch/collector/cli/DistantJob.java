package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.cli.child.CommandNotStarted;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.Observation.JobEnded;
import dev.gradwatch.collector.model.Observation.JobStarted;
import dev.gradwatch.collector.pipeline.Jobs;
import dev.gradwatch.collector.sink.upstream.Upstream;
import dev.gradwatch.collector.sink.upstream.UpstreamTarget;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A command whose ranks report to a collector elsewhere, which is told from here what the command prints, that it began, and how it ended.
 * Whatever goes wrong in the telling, the command runs to its end and its status comes back. Whoever starts one closes it.
 */
final class DistantJob implements AutoCloseable {
    /** How long the command's end may wait until it is told. */
    static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private static final Logger logger = LoggerFactory.getLogger(DistantJob.class);

    private final String job;
    private final Jobs jobs;
    private final Upstream upstream;

    private DistantJob(String job, Jobs jobs, Upstream upstream) {
        this.job = job;
        this.jobs = jobs;
        this.upstream = upstream;
    }

    /** @param say is handed lines for a person */
    static DistantJob start(String job, UpstreamTarget target, Consumer<String> say) throws IOException {
        Upstream upstream = new Upstream(target, say);
        // What was printed is kept as a job of its own, for a collector that has to be told again.
        Jobs jobs = new Jobs(upstream);
        upstream.start(jobs::picture);
        return new DistantJob(job, jobs, upstream);
    }

    void accept(Observation observation) {
        jobs.accept(observation);
    }

    /**
     * Runs the command to its end, and tells it.
     *
     * @throws CommandNotStarted where it did not start
     */
    int run(Launch launch, JobOutput output) throws IOException, InterruptedException {
        tell(new JobStarted(job, Sidecar.nowMicros(), JobName.script(launch.command()), launch.command()));
        try {
            int exitStatus = launch.run();
            output.end();
            tell(new JobEnded(job, Sidecar.nowMicros(), exitStatus));
            return exitStatus;
        } catch (CommandNotStarted notStarted) {
            tell(new JobEnded(job, Sidecar.nowMicros(), notStarted.exitStatus()));
            throw notStarted;
        }
    }

    private void tell(Observation observation) {
        try {
            jobs.accept(observation);
        } catch (RuntimeException e) {
            logger.warn("the job's {} was not taken: {}", observation.getClass().getSimpleName(), e.toString());
        }
    }

    @Override
    public void close() {
        upstream.close(LAST_WORDS);
    }
}
