package dev.gradwatch.collector.analysis.ledger;

import dev.gradwatch.collector.model.LedgerSnapshot;
import dev.gradwatch.collector.model.LedgerSnapshot.StepTimes;
import dev.gradwatch.collector.model.PassFlags;
import dev.gradwatch.collector.model.Step;
import dev.gradwatch.collector.model.TrainableChange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The collector's copy of what a rank's watched passes over a model showed. In the common case of few patterns it takes at most 16 bytes a
 * parameter: eight for the norms, the rest for the dictionary, the runs and the series.
 *
 * <p>Not thread-safe. A step that does not fit throws and changes nothing.
 */
public final class UsageLedger {
    /** Total norms kept, newest; those of some 2,400 passes in the usual windows. */
    public static final int KEPT_TOTALS = 128;

    /** Weight checksums kept, newest. */
    public static final int KEPT_CHECKSUMS = 64;

    private final int parameters;
    private final Timeline used;
    private final Timeline health;
    private final SampleSeries totals = new SampleSeries(KEPT_TOTALS);
    private final SampleSeries checksums = new SampleSeries(KEPT_CHECKSUMS);
    private NormRecord norms = new NormRecord();
    private long watched;
    private long step;
    private long backward;
    private long lastPass = -1;
    private final TimeSums times = new TimeSums();

    public UsageLedger(int parameters) {
        this.parameters = parameters;
        this.used = Timeline.ofUse(parameters);
        this.health = Timeline.ofHealth(parameters);
    }

    /**
     * The rank's own ledger, as it sent it.
     *
     * @throws IllegalArgumentException where it is not one of a model with so many parameters
     */
    public UsageLedger(int parameters, LedgerSnapshot snapshot) {
        this(parameters);
        used.addAll(snapshot.used());
        health.addAll(snapshot.health());
        norms = new NormRecord(
                snapshot.lastNorms(),
                snapshot.maxNorms(),
                snapshot.lastNormsBackward(),
                snapshot.lastNormsFlags(),
                parameters);
        totals.addAll(snapshot.totals());
        checksums.addAll(snapshot.checksums());
        watched = snapshot.watched();
        step = snapshot.step();
        backward = snapshot.backward();
        times.set(snapshot.times());
        lastPass = used.runs() == 0 ? -1 : used.last(used.runs() - 1);
    }

    /**
     * Adds a watched pass that has ended.
     *
     * @return false where the ledger holds it already
     * @throws IllegalArgumentException where it does not fit the model or the passes before
     */
    public boolean add(Step pass) {
        check(pass);
        if (pass.watched() <= watched) {
            return false;
        }
        if (pass.backward() <= lastPass) {
            throw Timeline.misfit("backward", pass.backward(), "above " + lastPass);
        }
        int flags = pass.flags() & PassFlags.LEDGER;
        used.add(pass.backward(), pass.used(), flags);
        float[] passNorms = pass.norms();
        if (passNorms != null) {
            addNorms(pass.backward(), flags, passNorms);
        }
        if (!Double.isNaN(pass.checksum())) {
            checksums.add(pass.backward(), pass.checksum());
        }
        if (pass.stepNanos() > 0) {
            times.add(pass.stepNanos());
        }
        watched = pass.watched();
        step = pass.step();
        lastPass = pass.backward();
        backward = pass.backward() + (pass.has(PassFlags.PARTIAL) ? 0 : 1);
        return true;
    }

    /** Texts are made only where they are needed: this runs for every step. */
    private void check(Step pass) {
        if (pass.parameters() != parameters) {
            throw Timeline.misfit("parameters", pass.parameters(), "" + parameters);
        }
        int words = Words.count(parameters);
        if (pass.used().length != words) {
            throw Timeline.misfit("words of used", pass.used().length, "" + words);
        }
        if (Words.hasBitsPast(pass.used(), 0, parameters)) {
            throw Timeline.misfit("used", "bits past", "only " + parameters);
        }
        float[] passNorms = pass.norms();
        if (passNorms != null && passNorms.length != parameters) {
            throw Timeline.misfit("norms", passNorms.length, "" + parameters);
        }
        if (pass.backward() < 0 || pass.backward() > PackedRuns.MAX_BACKWARD) {
            throw Timeline.misfit("backward", pass.backward(), "0-" + PackedRuns.MAX_BACKWARD);
        }
    }

    private void addNorms(long pass, int flags, float[] passNorms) {
        health.add(pass, norms.add(pass, flags, passNorms), flags);
        if ((flags & PassFlags.PARTIAL) != 0) {
            return;
        }
        double total = norms.total();
        if (Double.isFinite(total) || (flags & PassFlags.SCALED) == 0) {
            totals.add(pass, total);
        }
    }

    /** All of it, as it travels. The changes of requires_grad are the caller's to keep. */
    public LedgerSnapshot snapshot(int model, List<TrainableChange> changes) {
        float[] last = norms.last();
        float[] max = norms.max();
        return new LedgerSnapshot(
                model,
                watched,
                step,
                backward,
                used.snapshot(),
                health.snapshot(),
                last == null ? null : last.clone(),
                max == null ? null : max.clone(),
                norms.backward(),
                norms.flags(),
                totals.samples(),
                checksums.samples(),
                changes,
                times.snapshot());
    }

    public int parameters() {
        return parameters;
    }

    /** Passes watched. */
    public long watched() {
        return watched;
    }

    /** Optimizer steps completed before the latest pass. */
    public long step() {
        return step;
    }

    /** Backward passes completed. */
    public long backward() {
        return backward;
    }

    /** Which parameters were used in which passes. */
    public Timeline used() {
        return used;
    }

    /** How the gradients were in the passes that had norms. */
    public Timeline health() {
        return health;
    }

    /** Norms of the latest pass that had them, not to be written; null before the first. */
    public float @Nullable [] lastNorms() {
        return norms.last();
    }

    /** The largest finite norm of each parameter, not to be written; null before the first. */
    public float @Nullable [] maxNorms() {
        return norms.max();
    }

    public long lastNormsBackward() {
        return norms.backward();
    }

    public int lastNormsFlags() {
        return norms.flags();
    }

    public SampleSeries totals() {
        return totals;
    }

    public SampleSeries checksums() {
        return checksums;
    }

    public StepTimes times() {
        return times.snapshot();
    }

    /** What its arrays take, in bytes. */
    long bytes() {
        return used.bytes() + health.bytes() + norms.bytes() + totals.bytes() + checksums.bytes();
    }
}
