package dev.gradwatch.collector.source.tcp;

import dev.gradwatch.collector.model.ObservationSink;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** The nodes of all jobs. Thread-safe. */
final class Nodes {
    /** How long a node may be away before it counts as gone. */
    static final Duration GRACE = Duration.ofSeconds(10);

    /** Jobs remembered whose nodes have all left, so that one that repeats itself is known; connections bound the others. */
    static final int MAX_SILENT_JOBS = 1024;

    final Duration grace;
    private final ObservationSink sink;
    private final Map<String, JobNodes> jobs = new LinkedHashMap<>();

    /** @param sink hears of the beginnings and ends of jobs */
    Nodes(ObservationSink sink, Duration grace) {
        this.sink = sink;
        this.grace = grace;
    }

    synchronized JobNodes of(String job) {
        JobNodes known = jobs.get(job);
        if (known == null) {
            if (jobs.size() >= MAX_SILENT_JOBS) {
                forgetOldestSilent();
            }
            known = new JobNodes(job, sink);
            jobs.put(job, known);
        }
        return known;
    }

    private void forgetOldestSilent() {
        for (Map.Entry<String, JobNodes> job : jobs.entrySet()) {
            if (job.getValue().isSilent()) {
                jobs.remove(job.getKey());
                return;
            }
        }
    }
}
