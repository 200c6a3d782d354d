package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.model.JobReport;
import java.io.IOException;

/** The demo's two runs of one job, live or recorded. */
interface DemoRuns extends AutoCloseable {
    /** The run whose last head is not in the loss. */
    JobReport died() throws IOException, InterruptedException;

    /** The run with the fix. */
    JobReport fixed() throws IOException, InterruptedException;

    /** Shows what happens in them from now on; the caller closes it, before this. */
    Board show(TemporaryStore store) throws IOException;

    @Override
    void close();
}
