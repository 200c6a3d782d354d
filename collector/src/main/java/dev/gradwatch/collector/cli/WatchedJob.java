package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.Observation.JobEnded;
import dev.gradwatch.collector.model.Observation.JobStarted;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A command and the sidecar beside it, from its start to its report. Whatever goes wrong in the watching, the command runs to its end and its
 * status comes back.
 *
 * @param job the id that its ranks say
 * @param output what the command's streams are read along by
 */
record WatchedJob(String job, Launch launch, JobOutput output) {
    /** The last frames of a process that is gone lie in the socket's buffer, so they come within milliseconds or not at all. */
    static final Duration LAST_FRAMES = Duration.ofSeconds(2);

    private static final Logger logger = LoggerFactory.getLogger(WatchedJob.class);

    /**
     * What became of it.
     *
     * @param report empty where the watching itself failed, which was logged
     */
    record Outcome(int exitStatus, Optional<JobReport> report) {}

    /**
     * Runs the command to its end, and asks what was seen.
     *
     * @throws dev.gradwatch.collector.cli.child.CommandNotStarted where it did not start
     */
    Outcome run(Sidecar sidecar) throws IOException, InterruptedException {
        String name = JobName.script(launch.command());
        tell(sidecar, new JobStarted(job, Sidecar.nowMicros(), name, launch.command()));
        int exitStatus = launch.run();
        sidecar.jobs().awaitRanksGone(job, LAST_FRAMES);
        output.end();
        tell(sidecar, new JobEnded(job, Sidecar.nowMicros(), exitStatus));
        return new Outcome(exitStatus, report(sidecar));
    }

    private static void tell(Sidecar sidecar, Observation observation) {
        try {
            sidecar.accept(observation);
        } catch (RuntimeException e) {
            logger.warn("the job's {} was not taken: {}", observation.getClass().getSimpleName(), e.toString());
        }
    }

    private Optional<JobReport> report(Sidecar sidecar) {
        try {
            return sidecar.jobs().report(job);
        } catch (RuntimeException e) {
            logger.warn("no verdict: {}", e.toString(), e);
            return Optional.empty();
        }
    }
}
