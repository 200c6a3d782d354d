package dev.gradwatch.collector.cli.child;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Copies bytes as they come, each read flushed at once, on a daemon thread of its own. Holds at most {@link #BUFFER_BYTES}: a slow reader of
 * ours slows the child, as a pipe would. When nobody reads ours any more, the child's end is closed, so that it learns of it as in any pipeline.
 */
final class Pump {
    /** What a Linux pipe holds. */
    static final int BUFFER_BYTES = 65_536;

    private static final long POLL_MILLIS = 20;

    private final InputStream from;
    private final OutputStream to;
    private final Runnable readerGone;
    private final CountDownLatch ended = new CountDownLatch(1);
    /** {@code System.nanoTime()} since when we wait for bytes; 0 while we hold some. */
    private volatile long waitingSinceNanos;

    private Pump(InputStream from, OutputStream to, Runnable readerGone) {
        this.from = from;
        this.to = to;
        this.readerGone = readerGone;
    }

    /** @param readerGone called once where the other end of {@code to} is closed, before {@code from} is */
    static Pump start(String name, InputStream from, OutputStream to, Runnable readerGone) {
        Pump pump = new Pump(from, to, readerGone);
        Thread thread = new Thread(pump::copy, name);
        thread.setDaemon(true);
        thread.start();
        return pump;
    }

    private void copy() {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (from) {
            while (true) {
                // 0 stands for "not waiting", so a clock that shows 0 counts as 1.
                waitingSinceNanos = Math.max(1, System.nanoTime());
                int count = from.read(buffer);
                waitingSinceNanos = 0;
                if (count < 0) {
                    return;
                }
                if (!passOn(buffer, count)) {
                    readerGone.run();
                    return;
                }
            }
        } catch (IOException closed) {
            // The child's end is closed, which is the end of its output.
        } finally {
            ended.countDown();
        }
    }

    private boolean passOn(byte[] buffer, int count) {
        try {
            to.write(buffer, 0, count);
            to.flush();
            return true;
        } catch (IOException nobodyReads) {
            return false;
        }
    }

    /**
     * Waits, after the child ended, until all its bytes are copied. A grandchild that keeps the pipe open and writes nothing holds us for the
     * grace only; a slow reader of ours is waited for, since the bytes are the child's.
     *
     * @return false where the pipe was left open
     */
    boolean drain(long graceMillis) throws InterruptedException {
        long childEnded = System.nanoTime();
        while (!ended.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
            long since = waitingSinceNanos;
            long waitedNanos = System.nanoTime() - Math.max(since, childEnded);
            if (since != 0 && waitedNanos > TimeUnit.MILLISECONDS.toNanos(graceMillis)) {
                return false;
            }
        }
        return true;
    }
}
