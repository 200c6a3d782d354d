package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.pipeline.Jobs;
import dev.gradwatch.collector.source.recording.RecordingReader;
import java.io.IOException;
import java.io.InputStream;

/** The demo's runs as they were recorded. */
final class DemoReplay implements DemoRuns {
    /** What they were recorded with. */
    static final String TORCH = "2.13";

    static final String DIED = "recorded-died.jsonl.gz";
    static final String FIXED = "recorded-fixed.jsonl.gz";

    @Override
    public JobReport died() throws IOException {
        return report(DIED);
    }

    @Override
    public JobReport fixed() throws IOException {
        return report(FIXED);
    }

    private static JobReport report(String name) throws IOException {
        InputStream recording = DemoReplay.class.getResourceAsStream("/demo/" + name);
        if (recording == null) {
            throw new IOException("jar: it holds no demo/" + name + " (expected: a complete build)");
        }
        try (RecordingReader reader = RecordingReader.open(recording, name, line -> {})) {
            Jobs jobs = ReplayCommand.jobs(reader);
            return jobs.report(jobs.ids().get(0)).orElseThrow();
        }
    }

    @Override
    public void close() {}
}
