package dev.gradwatch.collector.analysis.state;

import dev.gradwatch.collector.model.GpuThresholds;
import dev.gradwatch.collector.model.Manifest;
import dev.gradwatch.collector.model.ModelProgress;
import dev.gradwatch.collector.model.Observation.GpuRemembered;
import dev.gradwatch.collector.model.Observation.GpuSampled;
import dev.gradwatch.collector.model.RankFailure;
import dev.gradwatch.collector.model.RankInfo;
import dev.gradwatch.collector.model.WatchCost;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One life of a rank: from its Hello with a process id until another process says Hello in its place. */
public final class RankState {
    /** Models of a rank, as in the protocol. */
    public static final int MAX_MODELS = 64;

    /** Exceptions kept; past it the newest replaces the one before. */
    public static final int MAX_FAILURES = 16;

    private final SortedMap<Integer, RankModel> models = new TreeMap<>();
    private final List<RankFailure> failures = new ArrayList<>();
    /** The model of the latest observation, which is most often the next one's too. */
    private int latestModel;

    private @Nullable RankModel latest;
    private RankInfo info;
    private WatchCost cost = WatchCost.NONE;
    private final GpuThresholds thresholds;
    private @Nullable GpuSampled gpu;
    private @Nullable GpuHistory gpuHistory;
    private @Nullable Boolean orderly;
    private String leftBecause = "";

    RankState(RankInfo info, GpuThresholds thresholds) {
        this.info = info;
        this.thresholds = thresholds;
    }

    /** The same process came back after its connection was lost. */
    void rejoin(RankInfo again) {
        info = again;
        orderly = null;
    }

    void describe(Manifest manifest) {
        RankModel known = models.get(manifest.model());
        if (known != null) {
            known.describe(manifest);
            return;
        }
        if (models.size() == MAX_MODELS) {
            throw new IllegalArgumentException(
                    "models: " + (MAX_MODELS + 1) + " (expected: at most " + MAX_MODELS + ")");
        }
        models.put(manifest.model(), new RankModel(manifest));
    }

    RankModel expect(int model) {
        RankModel last = latest;
        if (last != null && model == latestModel) {
            return last;
        }
        RankModel known = models.get(model);
        if (known == null) {
            throw new IllegalArgumentException("model: " + model + " (expected: one of " + models.keySet() + ")");
        }
        latest = known;
        latestModel = model;
        return known;
    }

    boolean fail(RankFailure failure) {
        if (failures.contains(failure)) {
            return false;
        }
        if (failures.size() == MAX_FAILURES) {
            failures.remove(MAX_FAILURES - 1);
        }
        return failures.add(failure);
    }

    void progress(List<ModelProgress> latest, WatchCost latestCost) {
        for (ModelProgress model : latest) {
            RankModel known = models.get(model.model());
            // A model may make progress before all chunks of its manifest came.
            if (known != null) {
                known.progress(model);
            }
        }
        cost = latestCost;
    }

    boolean sample(GpuSampled sampled) {
        GpuHistory history = gpuHistory;
        if (history == null) {
            history = new GpuHistory(thresholds);
            gpuHistory = history;
        }
        if (!history.add(sampled.micros(), sampled.sample(), backward(), stepNanos())) {
            return false;
        }
        gpu = sampled;
        return true;
    }

    /** What another collector knew; taken up where this one saw nothing yet. */
    boolean remember(GpuRemembered remembered) {
        if (gpuHistory != null) {
            return false;
        }
        GpuHistory history = new GpuHistory(thresholds);
        history.resume(remembered.micros(), remembered.sample(), remembered.past());
        gpuHistory = history;
        gpu = new GpuSampled(remembered.job(), remembered.micros(), remembered.rank(), remembered.sample());
        return true;
    }

    void leave(boolean inOrder, String reason) {
        orderly = inOrder;
        leftBecause = reason;
    }

    public RankInfo info() {
        return info;
    }

    public SortedMap<Integer, RankModel> models() {
        return models;
    }

    /** Oldest first. */
    public List<RankFailure> failures() {
        return failures;
    }

    public WatchCost cost() {
        return cost;
    }

    /** The GPU that it computes on when it was last looked at; null where none is known. */
    public @Nullable GpuSampled gpu() {
        return gpu;
    }

    /** What that GPU did before; null where none is known. */
    public @Nullable GpuHistory gpuHistory() {
        return gpuHistory;
    }

    /** The same as it is stored; null where none is known. */
    public @Nullable GpuRemembered gpuRemembered() {
        return gpu == null || gpuHistory == null
                ? null
                : new GpuRemembered(gpu.job(), gpu.micros(), gpu.rank(), gpu.sample(), gpuHistory.past());
    }

    /** Whether it left, in whatever way. */
    public boolean left() {
        return orderly != null;
    }

    /** Whether it said Goodbye. */
    public boolean leftInOrder() {
        return orderly != null && orderly;
    }

    public String leftBecause() {
        return leftBecause;
    }

    /** Backward passes completed, of the model with the most. */
    public long backward() {
        // Asked for with each look at its GPU, so without a stream.
        long most = 0;
        for (RankModel model : models.values()) {
            most = Math.max(most, model.backward());
        }
        return most;
    }

    /** Optimizer steps completed, of the model with the most. */
    public long step() {
        return models.values().stream().mapToLong(RankModel::step).max().orElse(0);
    }

    /** Mean time of a recent step, of the model with the longest; 0 where unknown. */
    public long stepNanos() {
        long longest = 0;
        for (RankModel model : models.values()) {
            longest = Math.max(longest, model.stepNanos());
        }
        return longest;
    }

    /** Passes watched, of the model with the most. */
    public long watched() {
        return models.values().stream().mapToLong(RankModel::watched).max().orElse(0);
    }
}
