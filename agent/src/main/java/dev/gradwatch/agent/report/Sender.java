package dev.gradwatch.agent.report;

import dev.gradwatch.wire.FrameKind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
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
 * {@link #offer} never blocks: the lock is never held while something is encoded, connected or written. While there is no connection nothing is queued; the next
 * one begins with everything that is known.
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

    private final Deque<byte[]> queue = new ArrayDeque<>();
    private long queuedBytes;
    private Set<Integer> lost = new HashSet<>();
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
            if (queue.size() < Bounds.MAX_QUEUED_FRAMES && queuedBytes + frame.length <= Bounds.MAX_QUEUED_BYTES) {
                enqueue(frame);
            } else {
                lost.add(owner);
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
        queuedBytes += frame.length;
        queue.add(frame);
        if (queue.size() == 1) {
            lock.notifyAll();
        }
    }

    /** Waits until the kernel has what was offered, where a connection stands or is being made; at most so long. */
    void awaitSent(long millis) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        synchronized (lock) {
            try {
                while (takes() && thread != null && (isWriting || !queue.isEmpty()) && pause(until)) {
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
            clear();
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
                    clear();
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
            byte[] chunk = null;
            Set<Integer> models = Set.of();
            synchronized (lock) {
                while (queue.isEmpty() && lost.isEmpty() && !isFinishing && !isStopped && !current.isEnded()) {
                    if (!pause(nextProgress)) {
                        break;
                    }
                }
                isWriting = true;
                if (!queue.isEmpty()) {
                    chunk = take();
                } else if (!lost.isEmpty()) {
                    models = lost;
                    lost = new HashSet<>();
                }
            }
            if (chunk != null) {
                current.write(chunk);
            }
            writeAll(current, source.lost(models));
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

    /** Under the lock: some of the queue, as one array. */
    private byte[] take() {
        byte[] first = queue.remove();
        queuedBytes -= first.length;
        if (queue.isEmpty() || first.length >= Bounds.SEND_BYTES) {
            return first;
        }
        ByteArrayOutputStream chunk = new ByteArrayOutputStream(Bounds.SEND_BYTES);
        chunk.writeBytes(first);
        while (!queue.isEmpty() && chunk.size() < Bounds.SEND_BYTES) {
            byte[] next = queue.remove();
            queuedBytes -= next.length;
            chunk.writeBytes(next);
        }
        return chunk.toByteArray();
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
            clear();
            lock.notifyAll();
        }
    }

    private void clear() {
        queue.clear();
        queuedBytes = 0;
        lost.clear();
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
            List<byte[]> rest = new ArrayList<>();
            Set<Integer> models;
            synchronized (lock) {
                if (isStopped) {
                    return;
                }
                rest.addAll(queue);
                models = lost;
                lost = new HashSet<>();
            }
            writeAll(last, rest);
            writeAll(last, source.lost(models));
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
