package dev.gradwatch.collector.analysis.state;

import dev.gradwatch.collector.model.GpuThresholds;
import dev.gradwatch.collector.model.Manifest;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.Observation.GpuRemembered;
import dev.gradwatch.collector.model.Observation.GpuSampled;
import dev.gradwatch.collector.model.Observation.LedgerReplaced;
import dev.gradwatch.collector.model.Observation.ModelDescribed;
import dev.gradwatch.collector.model.Observation.ModelProbed;
import dev.gradwatch.collector.model.Observation.NormsDiffered;
import dev.gradwatch.collector.model.Observation.RankFailed;
import dev.gradwatch.collector.model.Observation.RankJoined;
import dev.gradwatch.collector.model.Observation.RankLeft;
import dev.gradwatch.collector.model.Observation.RankProgressed;
import dev.gradwatch.collector.model.Observation.StepReported;
import dev.gradwatch.collector.model.Observation.TrainableChanged;
import dev.gradwatch.collector.model.RankInfo;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The ranks of one launch: of one group (a torchrun, say) in one attempt. */
public final class Launch {
    /** Ranks of a job, as in the protocol. */
    public static final int MAX_RANKS = 65_536;

    private final String group;
    private final int attempt;
    private final GpuThresholds thresholds;
    private final SortedMap<Integer, RankState> ranks = new TreeMap<>();
    private final SortedMap<Integer, NormRing> rings = new TreeMap<>();
    private int worldSize;
    private long novelties;
    /** The rank of the latest observation, which is most often the next one's too. */
    private int latestRank = -1;

    private @Nullable RankState latest;

    public Launch(RankInfo first, GpuThresholds thresholds) {
        this.group = first.group();
        this.attempt = first.attempt();
        this.thresholds = thresholds;
    }

    /** Folds in what is not a join; false where it was a repeat. */
    public boolean apply(Observation observation) {
        if (observation instanceof StepReported step) {
            return addStep(step);
        } else if (observation instanceof RankProgressed progress) {
            expect(progress.rank()).progress(progress.models(), progress.cost());
            return true;
        } else if (observation instanceof ModelDescribed described) {
            expect(described.rank()).describe(shared(described.manifest()));
            return true;
        } else if (observation instanceof ModelProbed probed) {
            return expect(probed.rank()).expect(probed.probe().model()).add(probed.probe());
        } else if (observation instanceof TrainableChanged changed) {
            return expect(changed.rank()).expect(changed.model()).add(changed.change());
        } else if (observation instanceof LedgerReplaced replaced) {
            replace(replaced);
            return true;
        } else if (observation instanceof RankFailed failed) {
            return expect(failed.rank()).fail(failed.failure());
        } else if (observation instanceof NormsDiffered differed) {
            ring(differed.model())
                    .remember(new NormRing.Difference(
                            differed.passes(),
                            differed.first(),
                            differed.last(),
                            differed.parameters(),
                            differed.ranks()));
            return true;
        } else if (observation instanceof GpuSampled sampled) {
            return expect(sampled.rank()).sample(sampled);
        } else if (observation instanceof GpuRemembered remembered) {
            return expect(remembered.rank()).remember(remembered);
        } else if (observation instanceof RankLeft left) {
            expect(left.rank()).leave(left.orderly(), left.reason());
            return true;
        }
        throw new IllegalArgumentException("observation: " + observation + " (expected: one of a rank)");
    }

    /** A rank said Hello. Another process id is a new life, with nothing known of it. */
    public void join(RankJoined joined) {
        RankInfo info = joined.info();
        if (info.worldSize() < 1 || info.worldSize() > MAX_RANKS) {
            throw new IllegalArgumentException("world_size: " + info.worldSize() + " (expected: 1-" + MAX_RANKS + ")");
        }
        if (joined.rank() < 0 || joined.rank() >= info.worldSize()) {
            throw new IllegalArgumentException(
                    "rank: " + joined.rank() + " (expected: 0-" + (info.worldSize() - 1) + ")");
        }
        RankState known = ranks.get(joined.rank());
        if (known != null
                && known.info().pid() == info.pid()
                && known.info().host().equals(info.host())) {
            known.rejoin(info);
        } else {
            ranks.put(joined.rank(), new RankState(info, thresholds));
            latest = null;
            if (known != null) {
                // What the former life's norms showed is not true of the new one.
                rings.clear();
            }
        }
        worldSize = info.worldSize();
    }

    /** All ranks describe a model alike, so one description serves them. */
    private Manifest shared(Manifest manifest) {
        for (RankState rank : ranks.values()) {
            RankModel model = rank.models().get(manifest.model());
            if (model != null) {
                return model.manifest().equals(manifest) ? model.manifest() : manifest;
            }
        }
        return manifest;
    }

    private boolean addStep(StepReported reported) {
        RankModel model = expect(reported.rank()).expect(reported.step().model());
        int runs = model.runs();
        boolean added = model.add(reported.step());
        novelties += model.runs() == runs ? 0 : 1;
        float[] norms = reported.step().norms();
        if (added && norms != null && worldSize > 1) {
            SyncRule rule = model.syncRule();
            if (rule.holds(reported.step().flags(), reported.step().used(), model.used())) {
                ring(reported.step().model())
                        .add(reported.rank(), reported.step().backward(), norms, rule.reduced());
            }
        }
        return added;
    }

    private void replace(LedgerReplaced replaced) {
        RankModel model = expect(replaced.rank()).expect(replaced.ledger().model());
        model.replace(replaced.ledger());
        float[] norms = model.ledger().lastNorms();
        long backward = model.ledger().lastNormsBackward();
        if (norms != null && worldSize > 1) {
            SyncRule rule = model.syncRule();
            if (rule.heldIn(backward, model.used())) {
                // The ledger writes over its own with the next pass.
                ring(replaced.ledger().model()).add(replaced.rank(), backward, norms.clone(), rule.reduced());
            }
        }
    }

    private NormRing ring(int model) {
        return rings.computeIfAbsent(model, id -> new NormRing());
    }

    private RankState expect(int rank) {
        RankState last = latest;
        if (last != null && rank == latestRank) {
            return last;
        }
        RankState known = ranks.get(rank);
        if (known == null) {
            throw new IllegalArgumentException("rank: " + rank + " (expected: one that joined)");
        }
        latest = known;
        latestRank = rank;
        return known;
    }

    /** Counts the steps that were not like the one before. */
    public long novelties() {
        return novelties;
    }

    /** By model; those of which two ranks could be compared. */
    public SortedMap<Integer, NormRing> rings() {
        return rings;
    }

    public String group() {
        return group;
    }

    public int attempt() {
        return attempt;
    }

    public int worldSize() {
        return worldSize;
    }

    /** By rank. */
    public SortedMap<Integer, RankState> ranks() {
        return ranks;
    }

    /** Null where no two ranks could be compared yet. */
    public @Nullable NormRing normsOf(int model) {
        return rings.get(model);
    }
}
