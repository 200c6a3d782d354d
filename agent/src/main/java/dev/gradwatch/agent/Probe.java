package dev.gradwatch.agent;

import dev.gradwatch.agent.djl.Trainers;
import org.jspecify.annotations.Nullable;

/**
 * The one class that instrumented classes call. Static, since they have nowhere to keep anything; every method returns at once where nothing is watched, and a
 * mistake of ours ends the watching with one line, never the caller's work. Called by any thread.
 */
public final class Probe {
    private static volatile @Nullable Trainers trainers;

    private Probe() {}

    static void start(Trainers started) {
        trainers = started;
    }

    static void stop() {
        trainers = null;
    }

    /** A trainer exists; known ones are passed over. */
    public static void trainer(Object trainer, Object store) {
        tell(watched -> watched.add(trainer, store));
    }

    /** An engine opened a gradient collector: what is fetched from now on belongs to the next pass. */
    public static void collectorOpened() {
        tell(watched -> watched.opened());
    }

    /** A block fetches a parameter from its store, for a device; the hot path, some hundred times a step. */
    public static void fetched(Object store, @Nullable Object parameter, Object device, boolean training) {
        Trainers watched = trainers;
        if (watched != null && training && watched.isCollecting()) {
            try {
                watched.fetched(store, parameter, device);
            } catch (Throwable e) {
                broken(watched, e);
            }
        }
    }

    /** A batch is about to be trained on. */
    public static void batch(Object trainer, Object batch) {
        tell(watched -> watched.batch(trainer, batch));
    }

    /** The optimizer is about to use the gradients, and then to clear them. */
    public static void step(Object trainer, Object store) {
        tell(watched -> watched.step(trainer, store));
    }

    /** @param where {@code forward}, {@code optimizer} or {@code uncaught} */
    public static void failed(Object trainer, Throwable failure, String where) {
        tell(watched -> watched.failed(trainer, failure, where));
    }

    /** The trainer trains no more. */
    public static void closed(Object trainer) {
        tell(watched -> watched.closed(trainer));
    }

    private interface Call {
        void on(Trainers watched) throws Exception;
    }

    private static void tell(Call call) {
        Trainers watched = trainers;
        if (watched != null) {
            try {
                call.on(watched);
            } catch (Throwable e) {
                broken(watched, e);
            }
        }
    }

    private static void broken(Trainers watched, Throwable e) {
        if (trainers == watched) {
            stop();
            AgentMain.say("watching ends: " + e);
        }
        try {
            watched.stop("broken: " + e);
        } catch (Throwable again) {
            // It was said what went wrong first.
        }
    }
}
