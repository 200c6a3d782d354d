package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.model.LogMessage;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.Observation.JobEnded;
import dev.gradwatch.collector.model.Observation.LogRead;
import dev.gradwatch.collector.model.Observation.MessageSeen;
import dev.gradwatch.collector.source.log.LogText;
import dev.gradwatch.collector.source.log.Origin;
import dev.gradwatch.collector.source.log.Signatures;
import dev.gradwatch.collector.source.log.follow.FollowedText;
import dev.gradwatch.collector.source.log.follow.FollowedTexts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Files that are followed, each told to its job. Used by the follower's one thread. */
final class JobLogs implements FollowedTexts {
    private static final Logger logger = LoggerFactory.getLogger(JobLogs.class);

    /** After these a job does nothing more, unless its launcher starts it again. */
    private static final Set<String> LAST_WORDS = Set.of("elastic.table", "spawn.exc", "spawn.exit", "lightning.child");

    private final Supplier<Signatures> signatures;
    private final Function<Path, String> jobOf;
    private final Consumer<Observation> to;
    private final long sinceMillis;
    private final boolean endsJobs;
    private final Runnable beforeKept;

    private JobLogs(
            Supplier<Signatures> signatures,
            Function<Path, String> jobOf,
            Consumer<Observation> to,
            long sinceMillis,
            boolean endsJobs,
            Runnable beforeKept) {
        this.signatures = signatures;
        this.jobOf = jobOf;
        this.to = to;
        this.sinceMillis = sinceMillis;
        this.endsJobs = endsJobs;
        this.beforeKept = beforeKept;
    }

    /** The files of one job that begins now: what lay in them before is of another. */
    static JobLogs ofOne(String job, Supplier<Signatures> signatures, Consumer<Observation> to) {
        return new JobLogs(signatures, file -> job, to, System.currentTimeMillis(), false, () -> {});
    }

    /**
     * The files of many jobs, which have nobody else to say when they end.
     *
     * @param beforeKept what was told is to be kept when it returns
     */
    static JobLogs ofMany(
            Function<Path, String> jobOf,
            Supplier<Signatures> signatures,
            Consumer<Observation> to,
            Runnable beforeKept) {
        return new JobLogs(signatures, jobOf, to, 0, true, beforeKept);
    }

    @Override
    public void beforeKept() {
        beforeKept.run();
    }

    @Override
    public FollowedText open(Path file, FollowedText.Position from) {
        return new JobLog(file, from);
    }

    private final class JobLog implements FollowedText {
        private final String job;
        private final String source;
        private final LogText text;
        /** Bytes that are read for their line numbers alone. */
        private long formerBytes;

        private boolean told;
        private boolean lastWords;

        JobLog(Path file, Position from) {
            this.job = jobOf.apply(file);
            this.source = file.toString();
            this.text = new LogText(signatures.get(), Origin.ofFile(source), this::tell, from.offset(), from.line());
            this.formerBytes = former(file) - from.offset();
        }

        private long former(Path file) {
            try {
                return Files.getLastModifiedTime(file).toMillis() < sinceMillis ? Files.size(file) : 0;
            } catch (IOException goneAgain) {
                return 0;
            }
        }

        @Override
        public void append(byte[] bytes, int offset, int length) {
            int former = (int) Math.max(0, Math.min(length, formerBytes));
            if (former > 0) {
                text.append(bytes, offset, former);
                formerBytes -= former;
            }
            if (former < length) {
                text.append(bytes, offset + former, length - former);
            }
        }

        private void tell(LogMessage message) {
            if (formerBytes > 0) {
                return;
            }
            lastWords |= LAST_WORDS.contains(message.id()) || message.flag("uncaught");
            told = true;
            send(new MessageSeen(job, Sidecar.nowMicros(), message));
        }

        @Override
        public void idle() {
            text.idle();
            sendHowFar();
            if (endsJobs && lastWords) {
                lastWords = false;
                // Where reporters are there still, they decide, and this is nothing.
                send(new JobEnded(job, Sidecar.nowMicros(), null));
            }
        }

        @Override
        public void end() {
            text.end();
            sendHowFar();
        }

        private void sendHowFar() {
            if (told) {
                send(new LogRead(job, Sidecar.nowMicros(), source, text.settledLines()));
            }
        }

        private void send(Observation observation) {
            try {
                to.accept(observation);
            } catch (IllegalArgumentException e) {
                // Too many jobs, say: it is counted there, and the next file may be of one that is known.
                logger.debug("{}: {}", source, e.getMessage());
            }
        }

        @Override
        public Position resumable() {
            return new Position(text.settledOffset(), text.settledLines());
        }
    }
}
