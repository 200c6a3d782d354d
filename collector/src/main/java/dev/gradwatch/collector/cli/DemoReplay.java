package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.source.recording.RecordingReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;

/** The demo's runs as they were recorded. */
final class DemoReplay implements DemoRuns {
    /** What they were recorded with. */
    static final String TORCH = "2.13";

    static final String DIED = "recorded-died.jsonl.gz";
    static final String FIXED = "recorded-fixed.jsonl.gz";

    private final Playback playback = new Playback();

    @Override
    public JobReport died() throws IOException {
        return report(DIED);
    }

    @Override
    public JobReport fixed() throws IOException {
        return report(FIXED);
    }

    private JobReport report(String name) throws IOException {
        InputStream recording = DemoReplay.class.getResourceAsStream("/demo/" + name);
        if (recording == null) {
            throw new IOException("jar: it holds no demo/" + name + " (expected: a complete build)");
        }
        try (RecordingReader reader = RecordingReader.open(recording, name, line -> {})) {
            Set<String> before = Set.copyOf(playback.jobs().ids());
            playback.feed(reader);
            String job = playback.jobs().ids().stream()
                    .filter(id -> !before.contains(id))
                    .findFirst()
                    .orElseThrow(() -> new IOException("demo/" + name + ": no job (expected: one)"));
            return playback.jobs().report(job).orElseThrow();
        }
    }

    @Override
    public Board show(TemporaryStore store) throws IOException {
        return playback.show(store);
    }

    @Override
    public void close() {}
}
