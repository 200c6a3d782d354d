package dev.gradwatch.collector.source.log.follow;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the files that globs mean, as they come, grow, are rotated, replaced and removed, and hands over what is appended to them. {@link #start}
 * begins, {@link #close} may be called twice. Thread-safe.
 *
 * <p>Texts are opened, fed and ended on one daemon thread; while a text blocks, nothing is read. One that throws is dropped and the others go on.
 *
 * <p>Bounds: {@link FollowOptions#maxFiles()} files, {@link FollowOptions#maxHandles()} of them open, one buffer of 256 KiB. What cannot be read
 * is counted, said once, and tried again.
 */
public final class LogFollower implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(LogFollower.class);

    /** How long {@link #close} waits for a text that blocks. */
    private static final long CLOSE_MILLIS = 4_500;

    /** After a defect of ours, so that it does not fill the disk with words. */
    private static final long AFTER_DEFECT_MILLIS = 1_000;

    private final Rounds rounds;
    private @Nullable Thread thread;
    private volatile boolean closing;

    /**
     * @param globs such as {@code logs/*.log} or {@code runs/**}{@code /stderr.log}, where {@code **} crosses folders; or a plain file; or a plain folder,
     *     which stands for all files below it. Relative ones begin in the working folder. None of it needs to exist yet
     * @param texts is asked for a text for each file
     * @param positions keeps how far files were read, for a follower that starts later; null where all are read from their beginning
     * @throws IllegalArgumentException with the glob that is none
     */
    public LogFollower(List<String> globs, FollowedTexts texts, @Nullable Path positions, FollowOptions options) {
        this(globs, texts, positions, options, Disk.REAL);
    }

    LogFollower(List<String> globs, FollowedTexts texts, @Nullable Path positions, FollowOptions options, Disk disk) {
        List<LogGlob> parsed = globs.stream().map(LogGlob::parse).toList();
        rounds = new Rounds(parsed, texts, positions, options, disk);
    }

    /** Begins to follow. Does not block for longer than it takes to read the positions. */
    public synchronized void start() {
        if (thread != null || closing) {
            throw new IllegalStateException("start: called before (expected: once)");
        }
        rounds.start();
        thread = new Thread(this::run, "gradwatch-log-follower");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            while (!closing) {
                round();
            }
        } finally {
            rounds.finish();
        }
    }

    private void round() {
        try {
            rounds.round();
            if (!closing) {
                rounds.await();
            }
        } catch (RuntimeException e) {
            logger.error("logs: following goes on after a defect", e);
            rounds.pause(TimeUnit.MILLISECONDS.toNanos(AFTER_DEFECT_MILLIS));
        }
    }

    /**
     * Blocks until everything that lies in the files now has been handed over, or the time is up.
     *
     * @return false where the time was up, or the follower is not running
     */
    public boolean catchUp(Duration limit) throws InterruptedException {
        synchronized (this) {
            if (thread == null) {
                return false;
            }
        }
        CatchUp wish = new CatchUp();
        rounds.wish(wish);
        return wish.await(limit);
    }

    /** What it did so far. */
    public FollowCounts counts() {
        return rounds.counts();
    }

    /** Reads what is there for a last time, ends all texts and keeps the positions. Waits up to five seconds where a text blocks. */
    @Override
    public void close() {
        Thread running;
        synchronized (this) {
            closing = true;
            running = thread;
        }
        if (running == null || running == Thread.currentThread()) {
            return;
        }
        rounds.wake();
        try {
            running.join(CLOSE_MILLIS);
            if (running.isAlive()) {
                logger.warn(
                        "logs: a reader blocks (expected: none when the follower closes); its thread is left alone");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
