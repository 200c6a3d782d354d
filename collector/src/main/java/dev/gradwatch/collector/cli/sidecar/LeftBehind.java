package dev.gradwatch.collector.cli.sidecar;

import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.JobSummary;
import dev.gradwatch.collector.pipeline.Jobs;
import dev.gradwatch.collector.sink.report.ReportJson;
import dev.gradwatch.collector.sink.store.Batch;
import dev.gradwatch.collector.sink.store.Batch.FactRow;
import dev.gradwatch.collector.sink.store.Batch.JobRow;
import dev.gradwatch.collector.sink.store.FactText;
import dev.gradwatch.collector.sink.store.Store;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Jobs of processes that had one each and were killed before it ended: nobody comes back to them. Blocks on the store.
 *
 * <p>They are ended in a place of their own, so that nothing of it is recorded or told among the jobs that are watched now.
 */
final class LeftBehind {
    private final Store store;
    private final StoredJobs storedJobs;

    LeftBehind(Store store, StoredJobs storedJobs) {
        this.store = store;
        this.storedJobs = storedJobs;
    }

    /** Ends each at the time when it was last heard of. */
    void end() {
        for (String id : store.unfinished()) {
            store.job(id).ifPresent(this::end);
        }
    }

    private void end(JobSummary job) {
        Jobs again = new Jobs(null, storedJobs);
        again.recall(job.id(), job.updatedMicros());
        again.giveUp(job.id(), job.updatedMicros());
        JobReport report = again.report(job.id()).orElse(null);
        if (report == null) {
            // Its line alone was written, of which there is nothing to tell.
            store.remove(job.id());
            return;
        }
        List<FactRow> facts = new ArrayList<>();
        again.drain(
                Integer.MAX_VALUE,
                true,
                job.updatedMicros(),
                (id, fact) -> facts.add(new FactRow(id, FactText.encode(fact))));
        byte[] text = ReportJson.text(report, null).getBytes(StandardCharsets.UTF_8);
        store.write(new Batch(
                List.of(new JobRow(JobSummary.of(report, job.updatedMicros()), text)),
                facts,
                List.of(),
                List.of(),
                List.of()));
    }
}
