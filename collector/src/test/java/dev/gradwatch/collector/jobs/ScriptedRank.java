package dev.gradwatch.collector.jobs;

import dev.gradwatch.collector.analysis.ledger.UsageLedger;
import dev.gradwatch.collector.sink.upstream.LedgerFrames;
import dev.gradwatch.wire.Failure;
import dev.gradwatch.wire.FrameBuffer;
import dev.gradwatch.wire.Goodbye;
import dev.gradwatch.wire.Hello;
import dev.gradwatch.wire.Manifest;
import dev.gradwatch.wire.Message;
import dev.gradwatch.wire.Progress;
import dev.gradwatch.wire.Step;
import dev.gradwatch.wire.StepFlags;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A rank that keeps to the protocol as the torch reporter does: it owns its ledger, goes on while the collector is away, says everything again after
 * it comes back, and stays until the end of its connection tells it that its Goodbye is safe. Each pass waits for a permit.
 */
final class ScriptedRank implements Runnable {
    private static final int PARAMETERS = 6;
    private static final long ALL = 0b111111;
    private static final long WITHOUT_HEAD = 0b001111;
    private static final int NORMS_EVERY = 10;
    private static final int READ_MILLIS = 2_000;

    private final InetSocketAddress collector;
    private final String job;
    private final int rank;
    private final int ranks;
    private final boolean find;
    private final LongPredicate usesHead;
    private final @Nullable Long failsIn;
    private final long passes;
    private final Semaphore permits = new Semaphore(0);
    private final UsageLedger ledger = new UsageLedger(PARAMETERS);
    private @Nullable Socket socket;
    private @Nullable Failure failure;
    private volatile boolean done;
    private volatile boolean dying;
    private volatile int deaths;

    ScriptedRank(
            InetSocketAddress collector,
            String job,
            int rank,
            int ranks,
            boolean find,
            long passes,
            LongPredicate usesHead,
            @Nullable Long failsIn) {
        this.collector = collector;
        this.job = job;
        this.rank = rank;
        this.ranks = ranks;
        this.find = find;
        this.passes = passes;
        this.usesHead = usesHead;
        this.failsIn = failsIn;
    }

    void allow(int more) {
        permits.release(more);
    }

    /** Runs what kills the collector. To a rank, one that is killed before it wrote looks like one that closed in order; this one knows better. */
    static void through(List<ScriptedRank> all, Kill kill) throws InterruptedException {
        all.forEach(rank -> rank.dying = true);
        kill.run();
        for (ScriptedRank rank : all) {
            rank.died();
        }
    }

    interface Kill {
        void run() throws InterruptedException;
    }

    private synchronized void died() {
        deaths++;
        dying = false;
    }

    /** Whether the collector took its Goodbye. */
    boolean isDone() {
        return done;
    }

    @Override
    public void run() {
        try {
            long end = failsIn == null ? passes : failsIn;
            for (long pass = 0; pass < end; pass++) {
                permits.acquire();
                step(pass);
            }
            if (failsIn != null) {
                failure = new Failure("RuntimeError", "CUDA error: an illegal memory access", "", "uncaught", 0, end);
                say(failure);
            }
            while (!bidFarewell()) {
                Thread.yield();
            }
            done = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void step(long pass) {
        long used = usesHead.test(pass) ? ALL : WITHOUT_HEAD;
        float[] norms = pass % NORMS_EVERY == 0 ? norms(used) : null;
        ledger.add(new dev.gradwatch.collector.model.Step(
                0,
                StepFlags.FORWARD_RAN,
                PARAMETERS,
                pass,
                pass,
                pass + 1,
                1_000_000,
                new long[] {used},
                norms,
                Double.NaN,
                Double.NaN));
        Step step =
                new Step(0, StepFlags.FORWARD_RAN, PARAMETERS, pass, pass, pass + 1, 0, 1_000_000, new long[] {used});
        if (socket == null) {
            // The picture that a new connection begins with holds this pass.
            connect();
        } else {
            say(norms == null ? step : step.norms(norms));
        }
    }

    private static float[] norms(long used) {
        float[] norms = new float[PARAMETERS];
        for (int i = 0; i < PARAMETERS; i++) {
            norms[i] = (used >> i & 1) == 1 ? 1 + i : Step.NO_GRADIENT;
        }
        return norms;
    }

    private void connect() {
        try {
            Socket next = new Socket();
            next.setTcpNoDelay(true);
            next.setSoTimeout(READ_MILLIS);
            next.connect(collector, READ_MILLIS);
            socket = next;
        } catch (IOException e) {
            socket = null;
            return;
        }
        say(new Hello(job, rank, ranks, 4_000 + rank)
                .group("scripted")
                .host("node1", rank)
                .device("cpu", null)
                .framework("torch", "2.13.0+cpu")
                .command(List.of("train.py", job)));
        say(manifest());
        say(LedgerFrames.of(ledger.snapshot(0, List.of())));
        if (failure != null) {
            say(failure);
        }
        say(progress());
    }

    private Manifest manifest() {
        Manifest manifest = new Manifest(0, "Net", "DistributedDataParallel", PARAMETERS)
                .module("", "Net")
                .module("body", "Body")
                .module("head", "Head")
                .ddp(find, false, true, false, 25, false);
        for (int i = 0; i < PARAMETERS; i++) {
            boolean head = i >= 4;
            manifest.parameter(
                    (head ? "head." : "body.") + i, new int[] {2, 2}, "float32", true, true, head ? 2 : 1, List.of());
        }
        return manifest;
    }

    private Progress progress() {
        return new Progress(List.of(state()), new Progress.Cost(1_000, 1_000_000_000, 0));
    }

    private Progress.Model state() {
        return new Progress.Model(
                0, ledger.backward(), ledger.backward(), ledger.watched(), 1_000_000, StepFlags.FORWARD_RAN);
    }

    private void say(Message message) {
        Socket to = socket;
        if (to == null) {
            return;
        }
        try {
            to.getOutputStream().write(new FrameBuffer().add(message).toByteArray());
        } catch (IOException e) {
            hangUp();
        }
    }

    private void hangUp() {
        try {
            if (socket != null) {
                socket.close();
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } finally {
            socket = null;
        }
    }

    /** False where the collector did not end the connection in order: it may not have kept what was said. */
    private boolean bidFarewell() {
        if (socket == null) {
            connect();
        }
        int before = deaths;
        say(new Goodbye("exit", List.of(state()), new Progress.Cost(1_000, 1_000_000_000, 0)));
        Socket from = socket;
        if (from == null) {
            return false;
        }
        try {
            while (from.getInputStream().read() >= 0) {
                // Welcome and the like.
            }
            return !dying && deaths == before;
        } catch (IOException e) {
            return false;
        } finally {
            hangUp();
        }
    }
}
