package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.model.LogMessage;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.Observation.LogRead;
import dev.gradwatch.collector.model.Observation.MessageSeen;
import dev.gradwatch.collector.source.log.LogText;
import dev.gradwatch.collector.source.log.Origin;
import dev.gradwatch.collector.source.log.Signatures;
import dev.gradwatch.collector.source.log.follow.LogFollower;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads along what a job writes to its stdout and stderr. The bytes go where they go first, and whatever goes wrong in the reading ends the reading
 * alone. Thread-safe: each stream has a thread of its own.
 */
final class JobOutput {
    private static final Logger logger = LoggerFactory.getLogger(JobOutput.class);

    /** How long the files' last lines are waited for; they lie on the disk already. */
    private static final Duration LAST_LINES = Duration.ofSeconds(5);

    private final String job;
    private final Supplier<Signatures> signatures;
    private final Consumer<Observation> to;
    private final List<Reader> readers = new ArrayList<>();
    private @Nullable LogFollower follower;

    /** @param signatures is asked once a stream, when the first bytes come; may block until they are loaded */
    JobOutput(String job, Supplier<Signatures> signatures, Consumer<Observation> to) {
        this.job = job;
        this.signatures = signatures;
        this.to = to;
    }

    /** Nothing is read along. */
    static JobOutput unread(String job) {
        return new JobOutput(
                job,
                () -> {
                    throw new IllegalStateException("no stream is read");
                },
                observation -> {});
    }

    /** A stream that passes all on to another and reads it along. */
    synchronized OutputStream along(String source, OutputStream other) {
        Reader reader = new Reader(source, other);
        readers.add(reader);
        return reader;
    }

    /** Files are followed beside the streams; null where none are. */
    JobOutput with(@Nullable LogFollower files) {
        follower = files;
        return this;
    }

    /** All is written: gives out the messages that wait for more. */
    synchronized void end() throws InterruptedException {
        readers.forEach(Reader::end);
        LogFollower files = follower;
        if (files != null) {
            files.catchUp(LAST_LINES);
            files.close();
        }
    }

    private final class Reader extends FilterOutputStream {
        private final String source;
        private @Nullable LogText text;
        private boolean ended;

        Reader(String source, OutputStream other) {
            super(other);
            this.source = source;
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
            out.flush();
            guarded(() -> text().append(bytes, from, length));
        }

        private LogText text() {
            LogText known = text;
            if (known == null) {
                known = new LogText(signatures.get(), Origin.of(source), this::tell);
                text = known;
            }
            return known;
        }

        private void tell(LogMessage message) {
            to.accept(new MessageSeen(job, Sidecar.nowMicros(), message));
        }

        void end() {
            guarded(() -> {
                LogText known = text;
                ended = true;
                if (known != null) {
                    known.end();
                    to.accept(new LogRead(job, Sidecar.nowMicros(), source, known.settledLines()));
                }
            });
        }

        private synchronized void guarded(Runnable reading) {
            if (ended) {
                return;
            }
            try {
                reading.run();
            } catch (RuntimeException | LinkageError e) {
                ended = true;
                logger.warn("the job's {} is not read any more: {}", source, e.toString(), e);
            }
        }
    }
}
