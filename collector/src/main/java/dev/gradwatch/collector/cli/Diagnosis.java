package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.LogMessage;
import dev.gradwatch.collector.model.Observation.JobEnded;
import dev.gradwatch.collector.model.Observation.JobStarted;
import dev.gradwatch.collector.model.Observation.LogRead;
import dev.gradwatch.collector.model.Observation.MessageSeen;
import dev.gradwatch.collector.pipeline.Jobs;
import dev.gradwatch.collector.source.log.LogFiles;
import dev.gradwatch.collector.source.log.LogText;
import dev.gradwatch.collector.source.log.Origin;
import dev.gradwatch.collector.source.log.Signatures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Logs of one job, read one after the other, and what analysis says of them. */
final class Diagnosis {
    /** Messages kept for the output; a log that says one thing for ever must not fill the memory. */
    static final int MAX_MESSAGES = 10_000;

    private static final String JOB = "log";
    private static final String STANDARD_INPUT = "-";
    private static final String STDIN = "stdin";

    private final Signatures signatures;
    private final Progress progress;
    private final Jobs jobs = new Jobs();
    private final List<LogMessage> messages = new ArrayList<>();
    private long leftOut;
    private long lines;

    Diagnosis(Signatures signatures, Progress progress) {
        this.signatures = signatures;
        this.progress = progress;
    }

    /**
     * Reads all that the paths stand for.
     *
     * @throws IOException in one line, at the first path that cannot be read
     */
    void read(List<String> paths) throws IOException {
        List<Path> files = new ArrayList<>();
        for (String path : paths) {
            if (!path.equals(STANDARD_INPUT)) {
                files.addAll(LogFiles.under(Path.of(path)));
            }
        }
        jobs.accept(new JobStarted(JOB, Sidecar.nowMicros(), name(paths, files), List.of()));
        progress.expect(files);
        for (Path file : files) {
            LogText text = new LogText(signatures, Origin.ofFile(file.toString()), this::take);
            LogFiles.read(file, text, progress::add);
            finished(file.toString(), text);
        }
        if (paths.contains(STANDARD_INPUT)) {
            LogText text = new LogText(signatures, Origin.of(STDIN), this::take);
            LogFiles.read(System.in, text, progress::add);
            finished(STDIN, text);
        }
        progress.close();
        jobs.accept(new JobEnded(JOB, Sidecar.nowMicros(), null));
    }

    private static String name(List<String> paths, List<Path> files) {
        if (paths.size() == 1) {
            return paths.get(0).equals(STANDARD_INPUT)
                    ? STDIN
                    : Path.of(paths.get(0)).normalize().toString();
        }
        return files.size() + " logs";
    }

    private void take(LogMessage message) {
        if (messages.size() < MAX_MESSAGES) {
            messages.add(message);
        } else {
            leftOut++;
        }
        jobs.accept(new MessageSeen(JOB, 0, message));
    }

    private void finished(String source, LogText text) {
        lines += text.settledLines();
        jobs.accept(new LogRead(JOB, 0, source, text.settledLines()));
    }

    /** In the order of reading. */
    List<LogMessage> messages() {
        return messages;
    }

    /** Messages past {@link #MAX_MESSAGES}. */
    long leftOut() {
        return leftOut;
    }

    long lines() {
        return lines;
    }

    JobReport report() {
        return jobs.report(JOB).orElseThrow();
    }
}
