package dev.gradwatch.agent.report;

import dev.gradwatch.wire.Change;
import dev.gradwatch.wire.FrameBuffer;
import dev.gradwatch.wire.Limits;
import dev.gradwatch.wire.Probe;
import dev.gradwatch.wire.Progress;
import dev.gradwatch.wire.Step;
import dev.gradwatch.wire.StepFlags;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One model on one rank, told of each of its passes by the training thread, one at a time; a {@link Reporter} makes it. What it answers about the coming pass stays
 * the same until that pass is reported. It never throws and never blocks: a mistake turns the reporter off, and what cannot be sent is kept in a ledger of bounded
 * size.
 */
public final class ModelReport {
    /** A mean over about so many passes. */
    private static final int MEAN_PASSES = 16;

    private final RankState rank;
    private final Sender sender;
    private final int model;
    private final int parameters;
    private final byte[] manifest;
    private final Schedule schedule;
    private final RankLedger ledger;
    private final Account account = new Account();
    private final FrameBuffer buffer = new FrameBuffer();
    private final Deque<byte[]> probes = new ArrayDeque<>();
    private volatile long backward;
    private volatile long step;
    private volatile long meanNanos;
    private volatile int flags;
    private volatile boolean isAsked;
    private volatile boolean isEnded;
    private int probesLeft = Schedule.PROBED_PASSES;
    private long lastEnd;
    private long passNanos;

    ModelReport(RankState rank, Sender sender, Schedule schedule, int model, int parameters, byte[] manifest) {
        this.rank = rank;
        this.sender = sender;
        this.schedule = schedule;
        this.model = model;
        this.parameters = parameters;
        this.manifest = manifest;
        ledger = new RankLedger(model, parameters);
    }

    /** Number of the coming pass, from 0; the passes completed. */
    public long backward() {
        return backward;
    }

    /** Whether the coming pass is watched: its gradients looked at, {@link #watched} called at its end. */
    public boolean watches() {
        return isOn() && schedule.watches(backward);
    }

    /** Whether the coming pass, which is watched, has norms too: by the schedule, their cost, and what the collector wants. */
    public boolean wantsNorms() {
        return isOn() && schedule.wantsNorms(backward);
    }

    /** Whether the coming pass is probed: the first few are, and the one after a collector asked. */
    public boolean wantsProbe() {
        return isOn() && probesLeft > 0;
    }

    private boolean isOn() {
        return !isEnded && !rank.isOff();
    }

    /**
     * A watched pass ended.
     *
     * @param passFlags bits of {@link StepFlags} that say how it went
     * @param steps optimizer steps completed before it
     * @param used ceil(n / 64) words; bit i of word i / 64 says that parameter i got a gradient; kept, so not to be written any more
     * @param norms L2 norm of each gradient as a {@link Step} has them, copied; null where not taken
     * @param loss NaN where not known
     * @param costNanos what watching it cost the training thread
     */
    public void watched(int passFlags, long steps, long[] used, float @Nullable [] norms, double loss, long costNanos) {
        if (!isOn()) {
            pass(steps);
            return;
        }
        long began = System.nanoTime();
        try {
            long number = backward;
            pass(steps);
            flags = passFlags;
            float[] kept = norms == null ? null : norms.clone();
            long micros = System.currentTimeMillis() * 1_000;
            Step message = new Step(
                    model, passFlags, parameters, steps, number, ledger.watched() + 1, micros, passNanos, used);
            if (kept != null) {
                message.norms(kept);
            }
            if (!Double.isNaN(loss)) {
                message.loss(loss);
            }
            ledger.enter(number, steps, used, passFlags, passNanos, kept);
            buffer.clear();
            sender.offer(buffer.add(message).toByteArray(), model);
            settle(true, kept != null, costNanos + System.nanoTime() - began);
        } catch (RuntimeException | Error e) {
            rank.broken(e);
        }
    }

    /** A pass ended that was not watched. */
    public void unwatched(long steps, long costNanos) {
        pass(steps);
        if (isOn()) {
            settle(false, false, costNanos);
        }
    }

    /** Counts a pass that ends now. */
    private void pass(long steps) {
        long now = System.nanoTime();
        long nanos = lastEnd == 0 ? 0 : Math.max(0, now - lastEnd);
        long mean = meanNanos;
        lastEnd = now;
        passNanos = nanos;
        meanNanos = mean == 0 ? nanos : (mean * (MEAN_PASSES - 1) + nanos) / MEAN_PASSES;
        step = Math.max(0, steps);
        long number = backward;
        backward = number + 1;
        if (probesLeft > 0) {
            probesLeft--;
        }
        if (isAsked) {
            isAsked = false;
            probesLeft = Math.max(1, probesLeft);
        }
    }

    /** After a window, compares what it cost with the passes around it and lets the schedule choose its levels. */
    private void settle(boolean isWatched, boolean hasNorms, long nanos) {
        rank.spent(nanos);
        if (backward <= Schedule.FIRST_PASSES) {
            account.restart();
        } else if (account.count(isWatched, hasNorms, nanos)) {
            schedule.settle(account.windowNanos(), account.normNanos(), account.passNanos(), (double) meanNanos);
        }
    }

    /** Reports what a probed pass showed, before the pass itself is reported. */
    public void probe(Probe probe) {
        byte[] frame = isOn() ? rank.framesOrOff(probe) : null;
        if (frame == null) {
            return;
        }
        synchronized (probes) {
            if (probes.size() == Bounds.MAX_PROBES) {
                probes.remove();
            }
            probes.add(frame);
        }
        sender.offer(frame, model);
    }

    /**
     * Reports that parameters were frozen or unfrozen; the arrays are copied.
     *
     * @param first the first pass that it applies to, as far as seen
     */
    public void changed(long first, int[] frozen, int[] unfrozen) {
        if (!isOn()) {
            return;
        }
        try {
            Change change = new Change(model, first, frozen.clone(), unfrozen.clone());
            ledger.enter(change, frozen.length + unfrozen.length);
            sender.offer(RankState.frames(change), model);
        } catch (RuntimeException e) {
            rank.broken(e);
        }
    }

    /** The model trains no more. What is known of it stays, for a collector that has to be told again. */
    public void end() {
        isEnded = true;
    }

    int number() {
        return model;
    }

    int level() {
        return schedule.level();
    }

    byte[] manifest() {
        return manifest;
    }

    void norms(boolean wanted) {
        schedule.norms(wanted);
    }

    /** Wants the next whole pass probed. */
    void ask() {
        isAsked = true;
    }

    /** Its probes and its ledger. */
    List<byte[]> told() {
        List<byte[]> frames;
        synchronized (probes) {
            frames = new ArrayList<>(probes);
        }
        frames.add(RankState.frames(ledger.snapshot()));
        return frames;
    }

    Progress.Model progress() {
        int kept = flags & RankLedger.KEPT_FLAGS;
        return new Progress.Model(model, step, backward, ledger.watched(), meanNanos, kept);
    }

    /** @throws IllegalArgumentException such as {@code parameters: 300000 (expected: 0-262144)} */
    static int checked(int parameters) {
        if (parameters < 0 || parameters > Limits.MAX_PARAMETERS) {
            throw new IllegalArgumentException(
                    "parameters: " + parameters + " (expected: 0-" + Limits.MAX_PARAMETERS + ")");
        }
        return parameters;
    }
}
