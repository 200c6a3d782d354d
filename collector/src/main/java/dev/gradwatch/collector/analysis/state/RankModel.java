package dev.gradwatch.collector.analysis.state;

import dev.gradwatch.collector.analysis.ledger.Timeline;
import dev.gradwatch.collector.analysis.ledger.UsageLedger;
import dev.gradwatch.collector.model.LedgerSnapshot;
import dev.gradwatch.collector.model.Manifest;
import dev.gradwatch.collector.model.ModelProgress;
import dev.gradwatch.collector.model.PassFlags;
import dev.gradwatch.collector.model.Probe;
import dev.gradwatch.collector.model.Step;
import dev.gradwatch.collector.model.TrainableChange;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One model on one rank. */
public final class RankModel {
    /** Probes kept; past it the first half stays and the newest replaces the oldest of the rest. */
    public static final int MAX_PROBES = 64;

    /** Flips of requires_grad kept; past it the oldest goes. A GAN that freezes its discriminator flips in each step. */
    public static final int MAX_CHANGES = 256;

    private final List<Probe> probes = new ArrayList<>();
    private final List<TrainableChange> changes = new ArrayList<>();
    private Manifest manifest;
    private UsageLedger ledger;
    private SyncRule syncRule;
    private @Nullable Step open;
    private @Nullable ModelProgress progress;

    RankModel(Manifest manifest) {
        this.manifest = manifest;
        this.ledger = new UsageLedger(manifest.parameters().size());
        this.syncRule = new SyncRule(manifest);
    }

    /** The rank described it again, after a reconnect. */
    void describe(Manifest again) {
        if (again.parameters().size() != manifest.parameters().size()) {
            throw new IllegalArgumentException(
                    "parameters: " + again.parameters().size() + " (expected: "
                            + manifest.parameters().size() + ", as described before)");
        }
        manifest = again;
        syncRule = new SyncRule(again);
    }

    /** After which passes the gradients of all ranks are equal. */
    SyncRule syncRule() {
        return syncRule;
    }

    boolean add(Step step) {
        if (step.has(PassFlags.OPEN)) {
            if (step.parameters() != manifest.parameters().size()
                    || step.used().length != (step.parameters() + 63) >>> 6) {
                throw new IllegalArgumentException("parameters: " + step.parameters() + " (expected: "
                        + manifest.parameters().size() + ")");
            }
            open = step;
            return true;
        }
        boolean added = ledger.add(step);
        if (added) {
            open = null;
        }
        return added;
    }

    void replace(LedgerSnapshot snapshot) {
        for (TrainableChange change : snapshot.changes()) {
            check(change);
        }
        ledger = new UsageLedger(manifest.parameters().size(), snapshot);
        changes.clear();
        snapshot.changes().forEach(this::keep);
        open = null;
    }

    boolean add(TrainableChange change) {
        check(change);
        // After a reconnect the ledger already held the changes that come again.
        return !changes.contains(change) && keep(change);
    }

    private boolean keep(TrainableChange change) {
        if (changes.size() == MAX_CHANGES) {
            changes.remove(0);
        }
        return changes.add(change);
    }

    private void check(TrainableChange change) {
        int size = manifest.parameters().size();
        change.frozen().forEach(index -> checkIndex("parameter", index, size));
        change.unfrozen().forEach(index -> checkIndex("parameter", index, size));
    }

    boolean add(Probe probe) {
        int size = manifest.parameters().size();
        checkIndex("module", probe.ran().length() - 1, manifest.modules().size());
        checkIndex("module", probe.hidden().length() - 1, manifest.modules().size());
        checkIndex("parameter", highest(probe.reachesOutput()), size);
        checkIndex("parameter", highest(probe.reachesLoss()), size);
        for (Probe known : probes) {
            if (known.backward() == probe.backward()) {
                return !known.equals(probe) && probes.set(probes.indexOf(known), probe) != null;
            }
        }
        if (probes.size() == MAX_PROBES) {
            probes.remove(MAX_PROBES / 2);
        }
        return probes.add(probe);
    }

    private static int highest(@Nullable BitSet bits) {
        return bits == null ? -1 : bits.length() - 1;
    }

    private static void checkIndex(String what, int index, int size) {
        if (index >= size || index < -1) {
            throw new IllegalArgumentException(what + ": " + index + " (expected: 0-" + (size - 1) + ")");
        }
    }

    void progress(ModelProgress latest) {
        progress = latest;
    }

    public Manifest manifest() {
        return manifest;
    }

    public UsageLedger ledger() {
        return ledger;
    }

    /** Passes of the ledger. */
    public Timeline used() {
        return ledger.used();
    }

    /** Runs of like passes, of use and of health. */
    int runs() {
        return ledger.used().runs() + ledger.health().runs();
    }

    /** The rank's latest word of how far it is; null before the first. */
    public @Nullable ModelProgress progress() {
        return progress;
    }

    /** A picture of the pass that has not ended; null where there is none. */
    public @Nullable Step open() {
        return open;
    }

    public List<Probe> probes() {
        return probes;
    }

    /** In the order of time. */
    public List<TrainableChange> changes() {
        return changes;
    }

    /** Backward passes completed, watched or not. */
    public long backward() {
        return Math.max(ledger.backward(), progress == null ? 0 : progress.backward());
    }

    /** Optimizer steps completed. */
    public long step() {
        return Math.max(ledger.step(), progress == null ? 0 : progress.step());
    }

    /** Mean time of a recent pass; 0 where unknown. */
    public long stepNanos() {
        return progress == null ? 0 : progress.stepNanos();
    }

    public long watched() {
        return Math.max(ledger.watched(), progress == null ? 0 : progress.watched());
    }
}
