package dev.gradwatch.agent.report;

import dev.gradwatch.wire.FrameKind;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The way to the collector: a daemon thread, a bounded queue, one connection at a time.
 *
 * <pre>
 *   training thread ── offer ──▶ queue ──▶ sending thread ──▶ Connection ──▶ collector
 *                        └ no room: lost ──────┘ asks the Source for the ledger of what was lost
 * </pre>
 *
 * {@link #offer} never blocks: the lock is never held while something is encoded, connected or written. While there is no connection nothing is
 * queued; the next one begins with everything that is known.
 */
final class Sender {
    /** The owner of frames that belong to no model. */
    static final int RANK = -1;

    private static final int CONNECT_MILLIS = 5_000;
    private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long FIRST_BACKOFF_MILLIS = 50;
    private static final long LAST_BACKOFF_MILLIS = 5_000;
    private static final long LEAST_REST_MILLIS = 10;

    /** How long a failed write waits for what the collector said before: it may be why. */
    private static final long LAST_WORD_MILLIS = 200;

    private static final long GOODBYE_MILLIS = 250;

    private final Address address;
    private final @Nullable Trust trust;
    private final Source source;
    private final CountDownLatch done = new CountDownLatch(1);

    /** Guards what follows up to the blank line. */
    private final Object lock = new Object();

    private final Outbox outbox = new Outbox();
    private boolean isDown;
    private boolean isWriting;
    private boolean isFinishing;
    private boolean isStopped;
    private long deadline;
    private @Nullable Thread thread;
    private @Nullable Connection connection;

    // The sending thread's own.
    private int attempts;
    private long backoffMillis = FIRST_BACKOFF_MILLIS;
    private long nextProgress = System.nanoTime();
    private volatile boolean isWelcomed;

    Sender(Address address, @Nullable Trust trust, Source source) {
        this.address = address;
        this.trust = trust;
        this.source = source;
    }

    /** May be called twice. */
    void start() {
        synchronized (lock) {
            if (thread == null && !isStopped) {
                thread = Daemons.start("gradwatch-sender", this::run);
            }
        }
    }

    /** Queues a frame; where it finds no room, what is known of its owner, a model or {@link #RANK}, is sent later instead. */
    void offer(byte[] frame, int owner) {
        synchronized (lock) {
            if (!takes()) {
                return;
            }
            if (outbox.hasRoom(frame)) {
                enqueue(frame);
            } else {
                outbox.lose(owner);
            }
        }
    }

    /** Queues a frame that nothing replaces, such as a manifest: there is one a model. */
    void offerAlways(byte[] frame) {
        synchronized (lock) {
            if (takes()) {
                enqueue(frame);
            }
        }
    }

    private boolean takes() {
        return !isDown && !isFinishing && !isStopped;
    }

    private void enqueue(byte[] frame) {
        if (outbox.isEmpty()) {
            lock.notifyAll();
        }
        outbox.add(frame);
    }

    /** Waits until the kernel has what was offered, where a connection stands or is being made; at most so long. */
    void awaitSent(long millis) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        synchronized (lock) {
            try {
                while (takes() && thread != null && (isWriting || !outbox.isEmpty()) && pause(until)) {
                    // It is looked at again.
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Sends what is left and a Goodbye, in at most so long; connects once more where there is no connection. May be called twice. */
    void finish(long millis) {
        synchronized (lock) {
            if (thread == null) {
                isStopped = true;
                return;
            }
            if (!isFinishing) {
                isFinishing = true;
                deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
                lock.notifyAll();
            }
        }
        try {
            if (!done.await(millis, TimeUnit.MILLISECONDS)) {
                stop();
            }
        } catch (InterruptedException e) {
            stop();
            Thread.currentThread().interrupt();
        }
    }

    /** Ends without a word more, and what blocks on the connection with it. */
    void stop() {
        synchronized (lock) {
            isStopped = true;
            outbox.clear();
            if (connection != null) {
                connection.close();
            }
            lock.notifyAll();
        }
    }

    private void run() {
        try {
            while (!ends()) {
                Connection current = connection();
                if (current == null) {
                    connect(CONNECT_MILLIS);
                } else {
                    turn(current);
                }
            }
            sayGoodbye();
        } catch (InterruptedException | RuntimeException | Error e) {
            source.broken(e);
        } finally {
            stop();
            done.countDown();
        }
    }

    private boolean ends() {
        synchronized (lock) {
            return isFinishing || isStopped;
        }
    }

    private @Nullable Connection connection() {
        synchronized (lock) {
            return connection;
        }
    }

    /** Where no connection could be made, rests before the next attempt. */
    private void connect(int millis) throws InterruptedException {
        boolean isFirst = attempts++ == 0;
        Connection made = new Connection(address, trust, new Ear());
        synchronized (lock) {
            if (isStopped) {
                return;
            }
            connection = made;
        }
        try {
            made.open(millis);
        } catch (IOException | RuntimeException e) {
            drop();
            String reason = trust == null ? null : Trust.distrust(e);
            if (reason != null) {
                source.distrusted(reason);
            } else if (!isFirst) {
                source.unreachable(attempts);
            }
            rest();
            return;
        }
        try {
            made.write(source.hello());
            if (!isFirst) {
                // Frames are kept again before the picture of everything is taken, so nothing falls between the two.
                synchronized (lock) {
                    outbox.clear();
                    isDown = false;
                }
                writeAll(made, source.everything());
            }
        } catch (IOException e) {
            disconnect(made);
        }
    }

    /** One look at what there is to send. */
    private void turn(Connection current) throws InterruptedException {
        try {
            byte[] chunk;
            Set<Integer> lost;
            synchronized (lock) {
                while (outbox.hasNothing() && !isFinishing && !isStopped && !current.isEnded()) {
                    if (!pause(nextProgress)) {
                        break;
                    }
                }
                isWriting = true;
                chunk = outbox.take();
                lost = outbox.takeLost();
            }
            current.write(chunk);
            writeAll(current, source.lost(lost));
            if (System.nanoTime() - nextProgress >= 0) {
                nextProgress = System.nanoTime() + PROGRESS_NANOS;
                current.write(source.progress());
            }
        } catch (IOException e) {
            disconnect(current);
        } finally {
            synchronized (lock) {
                isWriting = false;
                lock.notifyAll();
            }
        }
        if (current.isEnded() && connection() == current) {
            disconnect(current);
        }
    }

    private static void writeAll(Connection to, List<byte[]> frames) throws IOException {
        for (byte[] frame : frames) {
            to.write(frame);
        }
    }

    private void disconnect(Connection broken) throws InterruptedException {
        broken.awaitEnd(LAST_WORD_MILLIS);
        drop();
        if (!broken.isAnswered() && !ends()) {
            source.unreachable(attempts);
        }
        // Also after a connection that was well: a collector that ends each one at once must not make this a loop
        // without a rest.
        rest();
    }

    private void drop() {
        synchronized (lock) {
            if (connection != null) {
                connection.close();
            }
            connection = null;
            isDown = true;
            outbox.clear();
            lock.notifyAll();
        }
    }

    /** Full jitter, so that a thousand ranks do not come back to a new collector in the same moment. */
    private void rest() throws InterruptedException {
        if (isWelcomed) {
            isWelcomed = false;
            backoffMillis = FIRST_BACKOFF_MILLIS;
        }
        double millis = backoffMillis * ThreadLocalRandom.current().nextDouble();
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Math.max(LEAST_REST_MILLIS, (long) millis));
        backoffMillis = Math.min(LAST_BACKOFF_MILLIS, 2 * backoffMillis);
        synchronized (lock) {
            while (!isFinishing && !isStopped && pause(until)) {
                // It is looked at again.
            }
        }
    }

    /** Under the lock: waits for a notification; false where the time had come before. */
    @SuppressWarnings("WaitNotInLoop") // the callers are the loops
    private boolean pause(long until) throws InterruptedException {
        long nanos = until - System.nanoTime();
        if (nanos <= 0) {
            return false;
        }
        lock.wait(TimeUnit.NANOSECONDS.toMillis(nanos) + 1);
        return true;
    }

    private void sayGoodbye() throws InterruptedException {
        Connection last = connection();
        if (last != null && last.isEnded()) {
            drop();
            last = null;
        }
        if (last == null && millisLeft() > 0) {
            connect(millisLeft());
            last = connection();
        }
        if (last == null) {
            return;
        }
        try {
            while (true) {
                byte[] chunk;
                Set<Integer> lost;
                synchronized (lock) {
                    if (isStopped) {
                        return;
                    }
                    if (outbox.hasNothing()) {
                        break;
                    }
                    chunk = outbox.take();
                    lost = outbox.takeLost();
                }
                last.write(chunk);
                writeAll(last, source.lost(lost));
            }
            last.write(source.goodbye());
            last.finish();
            last.awaitEnd(Math.min(GOODBYE_MILLIS, millisLeft()));
        } catch (IOException e) {
            // The collector is gone; the job ends without it.
        }
    }

    private int millisLeft() {
        synchronized (lock) {
            return isStopped ? 0 : (int) Math.max(0, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()));
        }
    }

    /** What the collector says on one connection. */
    private final class Ear implements Connection.Listener {
        @Override
        public void heard(int kind, byte[] payload) {
            if (kind == FrameKind.REFUSED) {
                Map<?, ?> members = Answer.of(payload, 0);
                source.refused(members == null ? "" : String.valueOf(members.get("reason")));
                stop();
            } else if (kind == FrameKind.WELCOME) {
                Map<?, ?> members = Answer.of(payload, Short.BYTES);
                isWelcomed = true;
                source.welcomed(members == null ? Map.of() : members);
            } else if (kind == FrameKind.ASK) {
                Map<?, ?> members = Answer.of(payload, 0);
                if (members != null) {
                    source.asked(members);
                }
            }
        }

        @Override
        public void ended() {
            synchronized (lock) {
                lock.notifyAll();
            }
        }
    }
}
