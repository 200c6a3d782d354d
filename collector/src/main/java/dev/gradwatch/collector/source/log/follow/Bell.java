package dev.gradwatch.collector.source.log.follow;

import org.jspecify.annotations.Nullable;

/**
 * Wakes one thread wherever it sleeps, also on a queue that knows nothing of us. The thread is interrupted, but only while it sleeps, since an
 * interrupt anywhere else would close the file that it reads. Thread-safe.
 */
final class Bell {
    private @Nullable Thread sleeper;
    private boolean rung;

    /** A call that blocks and can be interrupted. */
    interface Sleep<T> {
        @Nullable
        T sleep() throws InterruptedException;
    }

    /** @return null also where it was woken, or the bell rang since it last slept */
    <T> @Nullable T whileAsleep(Sleep<T> sleep) {
        synchronized (this) {
            if (rung) {
                rung = false;
                return null;
            }
            sleeper = Thread.currentThread();
        }
        try {
            return sleep.sleep();
        } catch (InterruptedException woken) {
            return null;
        } finally {
            wakened();
        }
    }

    /** A ring that came when the sleep was over already has interrupted for nothing. */
    private synchronized void wakened() {
        sleeper = null;
        rung = false;
        Thread.interrupted();
    }

    /** What it announces must be there to be seen before. */
    synchronized void ring() {
        rung = true;
        if (sleeper != null) {
            sleeper.interrupt();
        }
    }
}
