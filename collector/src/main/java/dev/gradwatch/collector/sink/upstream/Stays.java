package dev.gradwatch.collector.sink.upstream;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Who is spoken for now, and by which connection. Thread-safe; never blocks, except {@link #awaitNone}. */
final class Stays {
    /** How long what a rank said last may keep the connection of its next life waiting. */
    private static final Duration FORMER = Duration.ofSeconds(5);

    private final ConcurrentHashMap<Speaker, Stay> stays = new ConcurrentHashMap<>();

    /**
     * Who is spoken for.
     *
     * @param rank {@link Ranks#NONE} for what is of the whole job on this node
     */
    record Speaker(String job, int rank) {}

    /** From the time that a speaker came until it left. */
    static final class Stay {
        /** It left; what comes next is another stay. */
        volatile boolean over;

        private @Nullable Link link;
        private @Nullable Runnable next;

        Link link() {
            Link its = link;
            if (its == null) {
                throw new IllegalStateException("link: none yet (expected: one, before the stay is known)");
            }
            return its;
        }

        /** On the event loop. */
        private void ended() {
            Runnable waiting = next;
            next = null;
            if (waiting != null) {
                waiting.run();
            }
        }
    }

    @Nullable
    Stay get(Speaker key) {
        return stays.get(key);
    }

    int size() {
        return stays.size();
    }

    /** A new stay takes the place of the one before, whose last words are said first. */
    void begin(Speaker key, Wires wires, Speech speech, Outbox outbox) {
        Stay stay = new Stay();
        Link link = new Link(wires, key.job(), speech, outbox, () -> {
            stay.ended();
            end(key, stay);
        });
        stay.link = link;
        Stay former = stays.put(key, stay);
        wires.loop().execute(() -> {
            if (former == null || former.link().isDone()) {
                link.start();
            } else if (!former.link().isConnecting()) {
                former.link().abandon();
                link.start();
            } else {
                former.next = link::start;
                former.link().close();
                ScheduledFuture<?> unused =
                        wires.loop().schedule(() -> former.link().abandon(), FORMER.toMillis(), TimeUnit.MILLISECONDS);
            }
        });
    }

    private synchronized void end(Speaker key, Stay stay) {
        stays.remove(key, stay);
        notifyAll();
    }

    void forEach(java.util.function.Consumer<Link> action) {
        stays.values().forEach(stay -> action.accept(stay.link()));
    }

    /** Blocks until nobody is spoken for any more; false where the time is over first. */
    synchronized boolean awaitNone(Duration most) throws InterruptedException {
        long deadline = System.nanoTime() + most.toNanos();
        while (!stays.isEmpty()) {
            long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (millis <= 0) {
                return false;
            }
            wait(millis);
        }
        return true;
    }
}
